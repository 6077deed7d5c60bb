import { assert, assertEquals, assertRejects } from "@std/assert";
import { openCpuDevice } from "../../src/device/mod.ts";
import { type Device, DeviceError, openDevice, openReferenceDevice } from "../../src/device/mod.ts";
import { openTestedWebGpuDevice } from "../../src/device/open_device.ts";
import { selfTest, wrongFindings } from "../../src/device/self_test/mod.ts";
import { testGpu } from "./webgpu/with_gpu.ts";

testGpu("passes the self-test, with and without subgroups", async (device) => {
  const findings = await selfTest(device, device.access.capabilities);
  assertEquals(wrongFindings(findings), []);
  const names = ["loop limit", "NaN", "half precision", "subgroups", "product", "loss"];
  for (const name of names) assert(findings.some((finding) => finding.name === name), name);
});

testGpu("passes the self-test without subgroups", async (device) => {
  const findings = await selfTest(device, device.access.capabilities);
  assertEquals(wrongFindings(findings), []);
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
      assertEquals(wrongFindings(await selfTest(device, null)), []);
    } finally {
      await device.destroy();
    }
  });
}

/** A device whose reads of f32 are spoiled by `change`. */
function spoiled(device: Device, change: (data: Float32Array) => void): Device {
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

Deno.test("the self-test catches a product that is off by one part in a hundred", async () => {
  const device = openReferenceDevice({ precision: "f32" });
  const findings = await selfTest(
    spoiled(device, (data) => {
      if (data.length > 1000) data[17] *= 1.01;
    }),
    null,
  );
  assertEquals(wrongFindings(findings).map(({ name }) => name), [
    "product",
    "first weight's gradient",
    "second weight's gradient",
  ]);
});

Deno.test("the self-test catches a NaN", async () => {
  const device = openReferenceDevice({ precision: "f32" });
  const findings = await selfTest(
    spoiled(device, (data) => {
      if (data.length === 32) data[3] = NaN;
    }),
    null,
  );
  assertEquals(wrongFindings(findings).map(({ name }) => name), ["loss"]);
});

Deno.test("the self-test reports a fault of the device as a wrong answer", async () => {
  const device = openReferenceDevice({ precision: "f32" });
  const findings = await selfTest(
    spoiled(device, () => {
      throw new DeviceError("The device was lost");
    }),
    null,
  );
  assertEquals(wrongFindings(findings).length, 3);
  assert(findings.some(({ detail }) => detail === "The device was lost"));
});

testGpu("is what auto opens where an adapter passes", async () => {
  const device = await openDevice({ device: "auto" });
  assertEquals(device.description.kind, "webgpu");
  await device.destroy();
});

testGpu("comes with its findings", async () => {
  const { device, findings } = await openTestedWebGpuDevice();
  assert(findings.length >= 8);
  await device?.destroy();
});

Deno.test("openDevice() opens the CPU by name", async () => {
  const device = await openDevice({ device: "cpu", workers: 1 });
  assertEquals(device.description.kind, "cpu");
  await device.destroy();
});

Deno.test("openDevice() says what to do without an adapter, and auto goes on with the CPU", async () => {
  const request = navigator.gpu.requestAdapter;
  navigator.gpu.requestAdapter = () => Promise.resolve(null);
  try {
    await assertRejects(
      () => openDevice({ device: "webgpu" }),
      DeviceError,
      "No WebGPU adapter was found: install or update a graphics driver",
    );
    const notices: string[] = [];
    const device = await openDevice({
      device: "auto",
      workers: 1,
      onNotice: (line) => notices.push(line),
    });
    assertEquals(device.description.kind, "cpu");
    assertEquals(notices, ["No WebGPU adapter was found; computing on the CPU"]);
    await device.destroy();
  } finally {
    navigator.gpu.requestAdapter = request;
  }
});
