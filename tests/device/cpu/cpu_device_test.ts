import { openCpuDevice } from "../../../src/device/cpu/mod.ts";
import { testHostDevice } from "../host_device_conformance.ts";

testHostDevice("the CPU device with one thread", () => openCpuDevice({ workers: 1 }));
testHostDevice("the CPU device with two threads", () => openCpuDevice({ workers: 2 }));
