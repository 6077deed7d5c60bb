/**
 * RACE's metric. Nothing here touches a device or a file.
 *
 * @module
 */
export * from "./race_accuracy.ts";
