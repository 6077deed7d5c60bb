/**
 * Where a device's faults meet. WebGPU does not throw: errors come to scopes, to `uncapturederror`, or as a lost device, later
 * than the call that caused them. They are kept here until somebody waits for results.
 *
 * @module
 */
import { DeviceError } from "../device.ts";

/** How often, and after how many milliseconds each, it is asked for the fault behind a failed call. */
const QUESTIONS = 50, PAUSE_MS = 2;

/** The first fault of a device, and its end. */
export class Faults {
  /** Answers that decide whether there was a fault, still awaited. */
  readonly #pending = new Set<Promise<void>>();
  #first: DeviceError | null = null;
  /** What explains the first fault: WebGPU's complaints about an invalid object come before the reason why it is invalid. */
  #cause: DeviceError | null = null;
  #gone: DeviceError | null = null;
  #recent: readonly string[] = [];
  #closing = false;

  constructor(gpu: GPUDevice) {
    gpu.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      this.report(
        `WebGPU refused a command${this.#after()}: ${
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

  /** The last kernels of the recording that is being encoded, to name beside a fault. */
  encoded(kernels: readonly string[]): void {
    if (kernels.length > 0) this.#recent = kernels;
  }

  /** Keeps a fault unless there is one already. */
  report(message: string): void {
    this.#first ??= new DeviceError(message);
  }

  /** Keeps the cause of faults, which is told instead of them. */
  explain(message: string): void {
    this.#cause ??= new DeviceError(message);
  }

  /** Ends the device: every later call fails with this sentence. */
  end(message: string): void {
    this.#gone ??= new DeviceError(message);
  }

  /** Whether the device was closed on purpose. */
  get closed(): boolean {
    return this.#closing;
  }

  /** Marks a loss as wanted. */
  closing(): void {
    this.#closing = true;
    this.#gone ??= new DeviceError("Cannot use a device after it was destroyed");
  }

  /** @throws {DeviceError} when the device is gone. */
  check(): void {
    if (this.#gone !== null) throw this.#gone;
  }

  /** Takes the answer of an error scope into account once it comes. */
  await(answer: Promise<void>): void {
    const settled = answer.catch(() => {}).finally(() => this.#pending.delete(settled));
    this.#pending.add(settled);
  }

  /** Resolves when every error scope that was opened has been answered. */
  async answered(): Promise<void> {
    await Promise.all(this.#pending);
  }

  /** The first fault, which stays. */
  get first(): DeviceError | null {
    return this.#gone ?? this.#cause ?? this.#first;
  }

  /** The fault behind a call that failed, or null: a lost device fails calls a moment before it says that it was lost. */
  async told(): Promise<DeviceError | null> {
    for (let asked = 0; this.first === null && asked < QUESTIONS; asked++) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    return this.first;
  }

  /** The first fault, which is forgotten unless the device is gone. */
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
