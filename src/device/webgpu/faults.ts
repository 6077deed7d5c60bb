/**
 * Collects the faults of a device. WebGPU does not throw: errors arrive in error scopes, as `uncapturederror` or as a lost device, later
 * than the call that caused them. They are kept until the caller waits for results.
 *
 * @module
 */
import { DeviceError } from "../device.ts";

/** How often to poll for the fault behind a failed call, and the pause between polls in milliseconds. */
const POLLS = 50, PAUSE_MS = 2;

/** The first fault of a device, and whether it is lost or closed. */
export class Faults {
  /** Results of error scopes that are still pending. */
  readonly #pending = new Set<Promise<void>>();
  #first: DeviceError | null = null;
  /** The cause of the first fault, which WebGPU may report later: it reports uses of an invalid object before why it is invalid. */
  #cause: DeviceError | null = null;
  /** Why the device cannot be used anymore. */
  #gone: DeviceError | null = null;
  #recent: readonly string[] = [];
  #closing = false;

  constructor(gpu: GPUDevice) {
    gpu.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      this.report(
        `WebGPU rejected a command${this.#after()}: ${
          (event as GPUUncapturedErrorEvent).error.message
        }`,
      );
    });
    gpu.lost.then(({ reason, message }) => {
      if (this.#closing) return;
      const why = message || reason || "no reason given";
      this.end(`The device was lost${this.#after()}: ${why}`);
    });
  }

  /** Sets the last kernels of the current recording, which are named with a fault. */
  encoded(kernels: readonly string[]): void {
    if (kernels.length > 0) this.#recent = kernels;
  }

  /** Reports a fault. Only the first one is kept. */
  report(message: string): void {
    this.#first ??= new DeviceError(message);
  }

  /** Reports the cause of faults, which is reported to the caller instead of them. */
  explain(message: string): void {
    this.#cause ??= new DeviceError(message);
  }

  /** Ends the device. Every later call fails with this message. */
  end(message: string): void {
    this.#gone ??= new DeviceError(message);
  }

  /** Whether the device was closed by its user. */
  get closed(): boolean {
    return this.#closing;
  }

  /** Marks the device as closed, so that its loss is not a fault. */
  closing(): void {
    this.#closing = true;
    this.#gone ??= new DeviceError("Cannot use a device after destroy()");
  }

  /** @throws {DeviceError} if the device is lost or closed. */
  check(): void {
    if (this.#gone !== null) throw this.#gone;
  }

  /** Adds the result of an error scope to those that {@linkcode answered} waits for. */
  await(result: Promise<void>): void {
    const settled = result.catch(() => {}).finally(() => this.#pending.delete(settled));
    this.#pending.add(settled);
  }

  /** Resolves when the results of all error scopes are known. */
  async answered(): Promise<void> {
    await Promise.all(this.#pending);
  }

  /** The first fault, or null. */
  get first(): DeviceError | null {
    return this.#gone ?? this.#cause ?? this.#first;
  }

  /** The fault behind a failed call, or null. Waits for it, because a lost device fails calls shortly before it reports the loss. */
  async explanation(): Promise<DeviceError | null> {
    for (let poll = 0; this.first === null && poll < POLLS; poll++) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    return this.first;
  }

  /** Returns the first fault and clears it, unless the device is lost or closed. */
  take(): DeviceError | null {
    const fault = this.first;
    this.#first = this.#cause = null;
    return fault;
  }

  #after(): string {
    if (this.#recent.length === 0) return "";
    return ` (last kernels: ${this.#recent.join(", ")})`;
  }
}
