/** Graphics cards that the platform's adapter imitates, to test what depends on them where there is only a software driver. */

/** What differs from the platform's adapter. */
export interface Imitation {
  /** Fields of its info. The vendor, the architecture and the device are empty by default. */
  readonly info?: Partial<Record<keyof GPUAdapterInfo, string | number | boolean>>;
  /** Replaces its `requestDevice`. */
  readonly requestDevice?: (
    adapter: GPUAdapter,
    descriptor: GPUDeviceDescriptor,
  ) => Promise<GPUDevice>;
}

/** Calls `body` while the platform's adapter is another one; null for none. */
export async function withAdapter<T>(
  imitation: Imitation | null,
  body: () => Promise<T>,
): Promise<T> {
  const request = navigator.gpu.requestAdapter;
  navigator.gpu.requestAdapter = async () => {
    if (imitation === null) return null;
    const { info, requestDevice } = imitation;
    const adapter = (await request.call(navigator.gpu))!;
    const { subgroupMinSize, subgroupMaxSize } = adapter.info;
    return changed(adapter, {
      info: {
        ...{ vendor: "", architecture: "", device: "", description: "A graphics card" },
        ...{ isFallbackAdapter: false, subgroupMinSize, subgroupMaxSize },
        ...info,
      },
      ...(requestDevice && {
        requestDevice: (descriptor: GPUDeviceDescriptor) => requestDevice(adapter, descriptor),
      }),
    });
  };
  try {
    return await body();
  } finally {
    navigator.gpu.requestAdapter = request;
  }
}

/** Returns an object with other values of some properties. */
function changed<T extends object>(object: T, changes: Readonly<Record<string, unknown>>): T {
  return new Proxy(object, {
    get(target, name) {
      if (typeof name === "string" && Object.hasOwn(changes, name)) return changes[name];
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
