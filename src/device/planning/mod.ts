/**
 * Planning: what a recording would need.
 *
 * @module
 */
export { type OnPlannedRun, type PlannedUse, PlanningDevice } from "./planning_device.ts";
