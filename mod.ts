/**
 * ALBERT on WebGPU: the model, its training and its experiments.
 *
 * @module
 */
export {};
