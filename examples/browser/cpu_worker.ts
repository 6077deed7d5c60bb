// A thread of the CPU device. The bundle of the page has it as a separate file, which the device starts.
import "@albert-lab/albert/device/cpu_worker";
