/**
 * Turns of the worker: runs that train at the same time, and requests, use the device one after the other.
 *
 * @module
 */

let last: Promise<unknown> = Promise.resolve();

/** Computes after all earlier turns have ended, whether or not they failed. */
export function inTurn<T>(compute: () => T | Promise<T>): Promise<T> {
  const turn = last.then(compute);
  last = turn.catch(() => {});
  return turn;
}

/** Lets the worker receive messages. A timer would wait for four milliseconds. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
