import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type Device,
  DeviceError,
  examineDevices,
  failedFindings,
  openCpuDevice,
  openDevice,
  type OpenDeviceOptions,
  openReferenceDevice,
  openTestedWebGpuDevice,
  selfTest,
} from "../../src/device/mod.ts";
import { checkPrecision } from "../../src/train/mod.ts";
import { type Imitation, withAdapter } from "../support/imitated_adapter.ts";
import { testGpu } from "./webgpu/with_gpu.ts";

testGpu("passes the self-test", async (device) => {
  const findings = await selfTest(device, device.access.capabilities);
  assertEquals(failedFindings(findings), []);
  const names = ["loop limit", "NaN", "half precision", "subgroups", "matmul", "loss"];
  for (const name of names) assert(findings.some((finding) => finding.name === name), name);
});

testGpu("passes the self-test without subgroups", async (device) => {
  const findings = await selfTest(device, device.access.capabilities);
  assertEquals(failedFindings(findings), []);
  assertEquals(findings.find(({ name }) => name === "subgroups")?.outcome, "skipped");
}, { restrictions: { withoutSubgroups: true } });

for (
  const [name, open] of [
    ["CPU", () => openCpuDevice({ workers: 1 })],
    ["reference", () => openReferenceDevice({ precision: "f32" })],
  ] as const
) {
  Deno.test(`the ${name} device passes the self-test`, async () => {
    const device = await open();
    try {
      assertEquals(failedFindings(await selfTest(device, null)), []);
    } finally {
      await device.destroy();
    }
  });
}

/** A device whose f32 reads are changed by `change`. */
function changed(device: Device, change: (data: Float32Array) => void): Device {
  return new Proxy(device, {
    get(target, name) {
      if (name === "read") {
        return async (...parts: Parameters<Device["read"]>) => {
          const data = await target.read(...parts);
          if (data instanceof Float32Array) change(data);
          return data;
        };
      }
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

Deno.test("the self-test detects a matrix multiplication with an error of 1 %", async () => {
  const device = openReferenceDevice({ precision: "f32" });
  const findings = await selfTest(
    changed(device, (data) => {
      if (data.length > 1000) data[17] *= 1.01;
    }),
    null,
  );
  assertEquals(failedFindings(findings).map(({ name }) => name), [
    "matmul",
    "gradient of weight 1",
    "gradient of weight 2",
  ]);
});

Deno.test("the self-test detects NaN", async () => {
  const device = openReferenceDevice({ precision: "f32" });
  const findings = await selfTest(
    changed(device, (data) => {
      if (data.length === 32) data[3] = NaN;
    }),
    null,
  );
  assertEquals(failedFindings(findings).map(({ name }) => name), ["loss"]);
});

Deno.test("the self-test reports an error of the device as a failed test", async () => {
  const device = openReferenceDevice({ precision: "f32" });
  const findings = await selfTest(
    changed(device, () => {
      throw new DeviceError("The device was lost");
    }),
    null,
  );
  assertEquals(failedFindings(findings).length, 3);
  assert(findings.some(({ detail }) => detail === "The device was lost"));
});

/** Opens the device that `auto` chooses if the platform's adapter has this description. */
async function openAuto(description: string | null, options: Partial<OpenDeviceOptions> = {}) {
  const notices: string[] = [];
  const onNotice = (line: string) => notices.push(line);
  return await withAdapter(description === null ? null : { info: { description } }, async () => {
    const device = await openDevice({ device: "auto", workers: 1, onNotice, ...options });
    const { kind, adapter } = device.description;
    await device.destroy();
    return { kind, adapter, notices };
  });
}

testGpu(
  "is opened by auto if its adapter is a graphics card that passes the self-test",
  async () => {
    const { kind, adapter, notices } = await openAuto("A graphics card");
    assertEquals([kind, adapter, notices], ["webgpu", "A graphics card", []]);
  },
);

testGpu("is not opened by auto if its adapter is a software driver", async () => {
  for (
    const name of ["llvmpipe (LLVM 15)", "SwiftShader Device", "Microsoft Basic Render Driver"]
  ) {
    const { kind, notices } = await openAuto(name, { blas: "none" });
    assertEquals([kind, notices], [
      "cpu",
      [`${name} is a software adapter; using the CPU device`],
    ]);
  }
});

for (const [least, most] of [[16, 16], [16, 32]]) {
  testGpu(
    `is opened without subgroups of ${least} to ${most} lanes that it does not have`,
    async () => {
      const info = { subgroupMinSize: least, subgroupMaxSize: most };
      const { device, findings } = await withAdapter({ info }, () => openTestedWebGpuDevice());
      assertEquals(failedFindings(findings), []);
      assertEquals(findings.find(({ name }) => name === "subgroups")?.outcome, "noted");
      assertEquals(device?.access.capabilities.minSubgroupSize, null);
      await device?.destroy();
    },
  );
}

/** An adapter that compiles `from` in a shader as if it were `to`. */
function withShader(from: string, to: string, info: Imitation["info"] = {}): Imitation {
  const requestDevice = async (adapter: GPUAdapter, descriptor: GPUDeviceDescriptor) => {
    const gpu = await adapter.requestDevice(descriptor);
    const create = gpu.createShaderModule.bind(gpu);
    gpu.createShaderModule = ({ code, ...others }) =>
      create({ ...others, code: code.replace(from, to) });
    return gpu;
  };
  return { info, requestDevice };
}

for (const subgroups of [true, false]) {
  const parts = subgroups ? ["half precision"] : ["half precision", "subgroups"];
  testGpu(`is opened without ${parts.join(" and ")} if only that is wrong`, async () => {
    const sizes = subgroups ? {} : { subgroupMinSize: 16, subgroupMaxSize: 32 };
    const { device, findings } = await withAdapter(
      withShader("value + 1.0h", "value + 1.5h", sizes),
      () => openTestedWebGpuDevice(),
    );
    assertEquals(failedFindings(findings), []);
    const noted = findings.filter(({ detail }) => detail.startsWith("wrong results; "));
    assertEquals(noted.map(({ name, outcome }) => [name, outcome]), parts.map((p) => [p, "noted"]));
    const { shaderF16, minSubgroupSize } = device!.access.capabilities;
    assertEquals([shaderF16, minSubgroupSize !== null], [false, subgroups]);
    assertEquals(device!.description.numerics.shaderF16, "false");
    assertThrows(() => checkPrecision(device!, "f16"), RangeError, "passes the self-test");
    await device!.destroy();
  });
}

testGpu("opens with the findings of its self-test", async () => {
  const { device, findings } = await openTestedWebGpuDevice();
  assert(findings.length >= 8);
  await device?.destroy();
});

Deno.test("openDevice() opens the CPU device by name", async () => {
  const device = await openDevice({ device: "cpu", workers: 1 });
  assertEquals(device.description.kind, "cpu");
  await device.destroy();
});

Deno.test("openDevice() reports that there is no adapter, and auto falls back to the CPU device", async () => {
  await withAdapter(null, async () => {
    await assertRejects(
      () => openDevice({ device: "webgpu" }),
      DeviceError,
      "No WebGPU adapter found; install or update a graphics driver",
    );
  });
  const { kind, notices } = await openAuto(null, { blas: "none" });
  assertEquals([kind, notices], ["cpu", ["No WebGPU adapter found; using the CPU device"]]);
});

testGpu("is reported by openDevice() if its adapter cannot be opened", async () => {
  const error = new DOMException("Not enough memory left.", "OperationError");
  const requestDevice = () => Promise.reject(error);
  const imitation = { info: { description: "A full card" }, requestDevice };
  const reason = "Cannot open A full card: Not enough memory left";
  await withAdapter(imitation, async () => {
    await assertRejects(() => openDevice({ device: "webgpu" }), DeviceError, `${reason}; install`);
    const notices: string[] = [];
    const onNotice = (line: string) => notices.push(line);
    const device = await openDevice({ device: "auto", workers: 1, blas: "none", onNotice });
    assertEquals(notices, [`${reason}; using the CPU device`]);
    await device.destroy();
    const { webgpu, webgpuFault } = await examineDevices(["webgpu"]);
    assertEquals([webgpu, webgpuFault], [null, reason]);
  });
});

testGpu("is reported with its failures if it cannot be opened again", async () => {
  const opened: GPUDevice[] = [];
  const imitation = {
    info: { subgroupMinSize: 16, subgroupMaxSize: 16 },
    requestDevice: async (adapter: GPUAdapter, descriptor: GPUDeviceDescriptor) => {
      if (opened.length > 0) throw new DOMException("Not enough memory left.", "OperationError");
      opened.push(await adapter.requestDevice(descriptor));
      return opened[0];
    },
  };
  await assertRejects(
    () => withAdapter(imitation, () => openDevice({ device: "webgpu" })),
    DeviceError,
    "A graphics card fails the self-test (subgroups: ",
  );
  assertEquals((await opened[0].lost).reason, "destroyed");
});

Deno.test("auto uses the BLAS library that is found, and reports if there is none", async () => {
  const cpu = await openCpuDevice({ workers: 1, blas: "auto" });
  const { adapter: expected, blas } = cpu.description;
  await cpu.destroy();
  const { adapter, notices } = await openAuto(null);
  assertEquals(adapter, expected);
  assertEquals(notices[0].includes("without a BLAS library"), blas === undefined);
});
