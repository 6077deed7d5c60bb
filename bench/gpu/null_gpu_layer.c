// A Vulkan layer that lets drivers without hardware run, and writes what they compile.
//
// Mesa's drivers can be opened without a GPU (RADV's null winsys, NVK and ANV on imitations of the kernel's interface). They compile, but
// fences and semaphores cannot be created, RADV has no memory types, and command buffers may need hardware. This layer keeps fences and
// semaphores itself, offers two memory types, and drops commands: a submission is complete when it is made, and nothing is computed.
//
// NULL_GPU_DUMP=FOLDER: for compute pipeline N, in order of creation, FOLDER gets N.spv (SPIR-V), N.txt (statistics) and N.asm (assembly).
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vulkan/vk_layer.h>
#include <vulkan/vulkan.h>

#define EXPORT __attribute__((visibility("default")))

static PFN_vkGetInstanceProcAddr next_instance_function;
static PFN_vkGetDeviceProcAddr next_device_function;
static VkInstance instance;

// Functions of the driver.
#define DRIVER_FUNCTIONS(X) \
  X(vkCreateShaderModule) X(vkCreateComputePipelines) X(vkGetPipelineExecutablePropertiesKHR) \
  X(vkGetPipelineExecutableStatisticsKHR) X(vkGetPipelineExecutableInternalRepresentationsKHR) \
  X(vkGetBufferMemoryRequirements) X(vkGetImageMemoryRequirements) \
  X(vkGetBufferMemoryRequirements2) X(vkGetImageMemoryRequirements2)
#define DECLARE(name) static PFN_##name driver_##name;
DRIVER_FUNCTIONS(DECLARE)

// --- Fences and semaphores

typedef struct {
  uint64_t value;
} Sync;

#define SYNC(handle) ((Sync *)(uintptr_t)(handle))

static void *find_structure(const void *chain, VkStructureType type) {
  for (const VkBaseInStructure *s = chain; s != NULL; s = s->pNext) {
    if (s->sType == type) return (void *)s;
  }
  return NULL;
}

static VkResult create_fence(VkDevice device, const VkFenceCreateInfo *info, const VkAllocationCallbacks *a, VkFence *fence) {
  Sync *sync = calloc(1, sizeof *sync);
  sync->value = info->flags & VK_FENCE_CREATE_SIGNALED_BIT;
  *fence = (VkFence)(uintptr_t)sync;
  return VK_SUCCESS;
}
static void destroy_fence(VkDevice device, VkFence fence, const VkAllocationCallbacks *a) { free(SYNC(fence)); }
static VkResult reset_fences(VkDevice device, uint32_t count, const VkFence *fences) {
  for (uint32_t i = 0; i < count; i++) SYNC(fences[i])->value = 0;
  return VK_SUCCESS;
}
static VkResult fence_status(VkDevice device, VkFence fence) { return SYNC(fence)->value ? VK_SUCCESS : VK_NOT_READY; }
static VkResult wait_for_fences(VkDevice d, uint32_t n, const VkFence *f, VkBool32 all, uint64_t t) { return VK_SUCCESS; }

static VkResult create_semaphore(
    VkDevice device, const VkSemaphoreCreateInfo *info, const VkAllocationCallbacks *a, VkSemaphore *semaphore) {
  Sync *sync = calloc(1, sizeof *sync);
  const VkSemaphoreTypeCreateInfo *type = find_structure(info->pNext, VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO);
  if (type != NULL) sync->value = type->initialValue;
  *semaphore = (VkSemaphore)(uintptr_t)sync;
  return VK_SUCCESS;
}
static void destroy_semaphore(VkDevice device, VkSemaphore s, const VkAllocationCallbacks *a) { free(SYNC(s)); }
static VkResult semaphore_value(VkDevice device, VkSemaphore semaphore, uint64_t *value) {
  *value = SYNC(semaphore)->value;
  return VK_SUCCESS;
}
static VkResult wait_semaphores(VkDevice device, const VkSemaphoreWaitInfo *info, uint64_t timeout) { return VK_SUCCESS; }
static VkResult signal_semaphore(VkDevice device, const VkSemaphoreSignalInfo *info) {
  SYNC(info->semaphore)->value = info->value;
  return VK_SUCCESS;
}
static VkResult device_wait_idle(VkDevice device) { return VK_SUCCESS; }
static VkResult queue_wait_idle(VkQueue queue) { return VK_SUCCESS; }

static VkResult queue_submit(VkQueue queue, uint32_t count, const VkSubmitInfo *submits, VkFence fence) {
  for (uint32_t i = 0; i < count; i++) {
    const VkSubmitInfo *submit = &submits[i];
    const VkTimelineSemaphoreSubmitInfo *timeline =
        find_structure(submit->pNext, VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO);
    for (uint32_t j = 0; j < submit->signalSemaphoreCount; j++) {
      bool has_value = timeline != NULL && j < timeline->signalSemaphoreValueCount;
      SYNC(submit->pSignalSemaphores[j])->value = has_value ? timeline->pSignalSemaphoreValues[j] : 1;
    }
  }
  if (fence != VK_NULL_HANDLE) SYNC(fence)->value = 1;
  return VK_SUCCESS;
}

// --- Command buffers record nothing.

static VkResult begin_command_buffer(VkCommandBuffer c, const VkCommandBufferBeginInfo *info) { return VK_SUCCESS; }
static VkResult end_command_buffer(VkCommandBuffer c) { return VK_SUCCESS; }
static VkResult reset_command_buffer(VkCommandBuffer c, VkCommandBufferResetFlags flags) { return VK_SUCCESS; }
// Called with any arguments, which the calling convention lets it ignore.
static void drop_command(void) {}
static const char *const DROPPED_COMMANDS[] = {
    "vkCmdDispatch",        "vkCmdDispatchIndirect", "vkCmdPipelineBarrier",          "vkCmdCopyBuffer",
    "vkCmdBindPipeline",    "vkCmdFillBuffer",       "vkCmdBindDescriptorSets",       "vkCmdPushConstants",
    "vkCmdWriteTimestamp",  "vkCmdResetQueryPool",   "vkCmdCopyQueryPoolResults",     "vkCmdCopyBufferToImage",
    "vkCmdClearColorImage", "vkCmdCopyImageToBuffer", "vkCmdBeginDebugUtilsLabelEXT", "vkCmdEndDebugUtilsLabelEXT",
    "vkCmdInsertDebugUtilsLabelEXT"};

// --- Memory types, if the driver has none

static bool fakes_memory = false;

static void fill_memory(VkPhysicalDeviceMemoryProperties *memory) {
  if (memory->memoryTypeCount > 0 && !fakes_memory) return;
  fakes_memory = true;
  memset(memory, 0, sizeof *memory);
  memory->memoryTypeCount = memory->memoryHeapCount = 2;
  memory->memoryHeaps[0] = (VkMemoryHeap){24ull << 30, VK_MEMORY_HEAP_DEVICE_LOCAL_BIT};
  memory->memoryHeaps[1] = (VkMemoryHeap){16ull << 30, 0};
  memory->memoryTypes[0] = (VkMemoryType){VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0};
  memory->memoryTypes[1] = (VkMemoryType){VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT |
                                              VK_MEMORY_PROPERTY_HOST_CACHED_BIT, 1};
}
static void memory_properties(VkPhysicalDevice device, VkPhysicalDeviceMemoryProperties *memory) {
  ((PFN_vkGetPhysicalDeviceMemoryProperties)next_instance_function(instance, "vkGetPhysicalDeviceMemoryProperties"))(
      device, memory);
  fill_memory(memory);
}
static void memory_properties2(VkPhysicalDevice device, VkPhysicalDeviceMemoryProperties2 *memory) {
  ((PFN_vkGetPhysicalDeviceMemoryProperties2)next_instance_function(instance, "vkGetPhysicalDeviceMemoryProperties2"))(
      device, memory);
  fill_memory(&memory->memoryProperties);
  VkPhysicalDeviceMemoryBudgetPropertiesEXT *budget =
      find_structure(memory->pNext, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT);
  if (!fakes_memory || budget == NULL) return;
  for (int heap = 0; heap < 2; heap++) budget->heapBudget[heap] = memory->memoryProperties.memoryHeaps[heap].size;
}

static void allow_memory(uint32_t *types) {
  if (fakes_memory) *types = 3;
}
static void buffer_requirements(VkDevice device, VkBuffer buffer, VkMemoryRequirements *needs) {
  driver_vkGetBufferMemoryRequirements(device, buffer, needs);
  allow_memory(&needs->memoryTypeBits);
}
static void image_requirements(VkDevice device, VkImage image, VkMemoryRequirements *needs) {
  driver_vkGetImageMemoryRequirements(device, image, needs);
  allow_memory(&needs->memoryTypeBits);
}
static void buffer_requirements2(
    VkDevice device, const VkBufferMemoryRequirementsInfo2 *info, VkMemoryRequirements2 *needs) {
  driver_vkGetBufferMemoryRequirements2(device, info, needs);
  allow_memory(&needs->memoryRequirements.memoryTypeBits);
}
static void image_requirements2(VkDevice device, const VkImageMemoryRequirementsInfo2 *info, VkMemoryRequirements2 *needs) {
  driver_vkGetImageMemoryRequirements2(device, info, needs);
  allow_memory(&needs->memoryRequirements.memoryTypeBits);
}

// --- Pipelines

static const char *dump_folder;
static bool has_executables = false;
static int pipeline_count = 0;

typedef struct Module {
  VkShaderModule handle;
  void *code;
  size_t size;
  struct Module *next;
} Module;
static Module *modules;

static FILE *dump_file(const char *extension) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%04d.%s", dump_folder, pipeline_count, extension);
  FILE *file = fopen(path, "wb");
  if (file == NULL) perror(path);
  return file;
}

static VkResult create_shader_module(
    VkDevice device, const VkShaderModuleCreateInfo *info, const VkAllocationCallbacks *a, VkShaderModule *handle) {
  VkResult result = driver_vkCreateShaderModule(device, info, a, handle);
  if (result != VK_SUCCESS || dump_folder == NULL) return result;
  Module *module = malloc(sizeof *module);
  *module = (Module){*handle, malloc(info->codeSize), info->codeSize, modules};
  memcpy(module->code, info->pCode, info->codeSize);
  modules = module;
  return result;
}

static void dump_executable(VkDevice device, VkPipeline pipeline, uint32_t index, const char *name, FILE *statistics, FILE *assembly) {
  VkPipelineExecutableInfoKHR info = {VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INFO_KHR, NULL, pipeline, index};
  uint32_t count = 0;
  driver_vkGetPipelineExecutableStatisticsKHR(device, &info, &count, NULL);
  VkPipelineExecutableStatisticKHR *values = calloc(count, sizeof *values);
  for (uint32_t i = 0; i < count; i++) values[i].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_STATISTIC_KHR;
  driver_vkGetPipelineExecutableStatisticsKHR(device, &info, &count, values);
  for (uint32_t i = 0; i < count; i++) {
    if (values[i].format == VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_FLOAT64_KHR) {
      fprintf(statistics, "%s: %f\n", values[i].name, values[i].value.f64);
    } else {
      fprintf(statistics, "%s: %llu\n", values[i].name, (unsigned long long)values[i].value.u64);
    }
  }
  free(values);

  count = 0;
  driver_vkGetPipelineExecutableInternalRepresentationsKHR(device, &info, &count, NULL);
  VkPipelineExecutableInternalRepresentationKHR *texts = calloc(count, sizeof *texts);
  for (uint32_t i = 0; i < count; i++) {
    texts[i].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INTERNAL_REPRESENTATION_KHR;
  }
  driver_vkGetPipelineExecutableInternalRepresentationsKHR(device, &info, &count, texts);
  for (uint32_t i = 0; i < count; i++) texts[i].pData = calloc(1, texts[i].dataSize + 1);
  driver_vkGetPipelineExecutableInternalRepresentationsKHR(device, &info, &count, texts);
  for (uint32_t i = 0; i < count; i++) {
    // Intermediate representations of the compilers are left out.
    bool intermediate = strstr(texts[i].name, "NIR") || strstr(texts[i].name, "ACO") || strstr(texts[i].name, "LLVM");
    if (count == 1 || !intermediate) fprintf(assembly, "=== %s | %s\n%s\n", name, texts[i].name, (char *)texts[i].pData);
    free(texts[i].pData);
  }
  free(texts);
}

static void dump_pipeline(VkDevice device, VkPipeline pipeline) {
  FILE *statistics = dump_file("txt"), *assembly = dump_file("asm");
  if (statistics == NULL || assembly == NULL) exit(1);
  VkPipelineInfoKHR info = {VK_STRUCTURE_TYPE_PIPELINE_INFO_KHR, NULL, pipeline};
  uint32_t count = 0;
  driver_vkGetPipelineExecutablePropertiesKHR(device, &info, &count, NULL);
  VkPipelineExecutablePropertiesKHR *executables = calloc(count, sizeof *executables);
  for (uint32_t i = 0; i < count; i++) executables[i].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_PROPERTIES_KHR;
  driver_vkGetPipelineExecutablePropertiesKHR(device, &info, &count, executables);
  for (uint32_t i = 0; i < count; i++) {
    fprintf(statistics, "Subgroup size: %u\n", executables[i].subgroupSize);
    dump_executable(device, pipeline, i, executables[i].name, statistics, assembly);
  }
  free(executables);
  fclose(statistics);
  fclose(assembly);
}

static VkResult create_compute_pipelines(
    VkDevice device, VkPipelineCache cache, uint32_t count, const VkComputePipelineCreateInfo *infos,
    const VkAllocationCallbacks *a, VkPipeline *pipelines) {
  if (dump_folder == NULL) return driver_vkCreateComputePipelines(device, cache, count, infos, a, pipelines);
  for (uint32_t i = 0; i < count; i++) {
    VkComputePipelineCreateInfo info = infos[i];
    Module *module = modules;
    while (module != NULL && module->handle != info.stage.module) module = module->next;
    FILE *code = module == NULL ? NULL : dump_file("spv");
    if (code != NULL) {
      fwrite(module->code, 1, module->size, code);
      fclose(code);
    }
    if (has_executables) {
      info.flags |= VK_PIPELINE_CREATE_CAPTURE_STATISTICS_BIT_KHR | VK_PIPELINE_CREATE_CAPTURE_INTERNAL_REPRESENTATIONS_BIT_KHR;
    }
    VkResult result = driver_vkCreateComputePipelines(device, VK_NULL_HANDLE, 1, &info, a, &pipelines[i]);
    if (result != VK_SUCCESS) return result;
    if (has_executables) dump_pipeline(device, pipelines[i]);
    pipeline_count++;
  }
  return VK_SUCCESS;
}

// --- The layer

static PFN_vkVoidFunction own_function(const char *name) {
  for (size_t i = 0; i < sizeof DROPPED_COMMANDS / sizeof *DROPPED_COMMANDS; i++) {
    if (strcmp(name, DROPPED_COMMANDS[i]) == 0) return (PFN_vkVoidFunction)drop_command;
  }
  static const struct {
    const char *name;
    PFN_vkVoidFunction function;
  } FUNCTIONS[] = {
#define OWN(name, function) {#name, (PFN_vkVoidFunction)function}
      OWN(vkCreateFence, create_fence), OWN(vkDestroyFence, destroy_fence), OWN(vkResetFences, reset_fences),
      OWN(vkGetFenceStatus, fence_status), OWN(vkWaitForFences, wait_for_fences),
      OWN(vkCreateSemaphore, create_semaphore), OWN(vkDestroySemaphore, destroy_semaphore),
      OWN(vkGetSemaphoreCounterValue, semaphore_value), OWN(vkGetSemaphoreCounterValueKHR, semaphore_value),
      OWN(vkWaitSemaphores, wait_semaphores), OWN(vkWaitSemaphoresKHR, wait_semaphores),
      OWN(vkSignalSemaphore, signal_semaphore), OWN(vkSignalSemaphoreKHR, signal_semaphore),
      OWN(vkDeviceWaitIdle, device_wait_idle), OWN(vkQueueWaitIdle, queue_wait_idle), OWN(vkQueueSubmit, queue_submit),
      OWN(vkBeginCommandBuffer, begin_command_buffer), OWN(vkEndCommandBuffer, end_command_buffer),
      OWN(vkResetCommandBuffer, reset_command_buffer),
      OWN(vkGetBufferMemoryRequirements, buffer_requirements), OWN(vkGetImageMemoryRequirements, image_requirements),
      OWN(vkGetBufferMemoryRequirements2, buffer_requirements2), OWN(vkGetImageMemoryRequirements2, image_requirements2),
      OWN(vkGetBufferMemoryRequirements2KHR, buffer_requirements2),
      OWN(vkGetImageMemoryRequirements2KHR, image_requirements2),
      OWN(vkCreateShaderModule, create_shader_module), OWN(vkCreateComputePipelines, create_compute_pipelines)};
  for (size_t i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS; i++) {
    if (strcmp(name, FUNCTIONS[i].name) == 0) return FUNCTIONS[i].function;
  }
  return NULL;
}

static PFN_vkVoidFunction device_function(VkDevice device, const char *name) {
  if (strcmp(name, "vkGetDeviceProcAddr") == 0) return (PFN_vkVoidFunction)device_function;
  PFN_vkVoidFunction own = own_function(name);
  return own != NULL ? own : next_device_function(device, name);
}

static bool supports_executables(VkPhysicalDevice physical) {
  PFN_vkEnumerateDeviceExtensionProperties enumerate = (PFN_vkEnumerateDeviceExtensionProperties)next_instance_function(
      instance, "vkEnumerateDeviceExtensionProperties");
  uint32_t count = 0;
  enumerate(physical, NULL, &count, NULL);
  VkExtensionProperties *all = calloc(count, sizeof *all);
  enumerate(physical, NULL, &count, all);
  bool found = false;
  for (uint32_t i = 0; i < count; i++) {
    found |= strcmp(all[i].extensionName, VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME) == 0;
  }
  free(all);
  return found;
}

static VkResult create_device(
    VkPhysicalDevice physical, const VkDeviceCreateInfo *info, const VkAllocationCallbacks *a, VkDevice *device) {
  VkLayerDeviceCreateInfo *link = (void *)info->pNext;
  while (link->sType != VK_STRUCTURE_TYPE_LOADER_DEVICE_CREATE_INFO || link->function != VK_LAYER_LINK_INFO) {
    link = (void *)link->pNext;
  }
  next_device_function = link->u.pLayerInfo->pfnNextGetDeviceProcAddr;
  PFN_vkCreateDevice create = (PFN_vkCreateDevice)link->u.pLayerInfo->pfnNextGetInstanceProcAddr(instance, "vkCreateDevice");
  link->u.pLayerInfo = link->u.pLayerInfo->pNext;

  VkDeviceCreateInfo changed = *info;
  VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR feature = {
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PIPELINE_EXECUTABLE_PROPERTIES_FEATURES_KHR, (void *)info->pNext, VK_TRUE};
  const char **extensions = calloc(info->enabledExtensionCount + 1, sizeof *extensions);
  if (dump_folder != NULL && supports_executables(physical)) {
    has_executables = true;
    memcpy(extensions, info->ppEnabledExtensionNames, info->enabledExtensionCount * sizeof *extensions);
    extensions[changed.enabledExtensionCount++] = VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME;
    changed.ppEnabledExtensionNames = extensions;
    changed.pNext = &feature;
  }
  VkResult result = create(physical, &changed, a, device);
  free(extensions);
  if (result != VK_SUCCESS) return result;
#define LOAD(name) driver_##name = (PFN_##name)next_device_function(*device, #name);
  DRIVER_FUNCTIONS(LOAD)
  return result;
}

static VkResult create_instance(const VkInstanceCreateInfo *info, const VkAllocationCallbacks *a, VkInstance *created) {
  VkLayerInstanceCreateInfo *link = (void *)info->pNext;
  while (link->sType != VK_STRUCTURE_TYPE_LOADER_INSTANCE_CREATE_INFO || link->function != VK_LAYER_LINK_INFO) {
    link = (void *)link->pNext;
  }
  next_instance_function = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
  link->u.pLayerInfo = link->u.pLayerInfo->pNext;
  PFN_vkCreateInstance create = (PFN_vkCreateInstance)next_instance_function(NULL, "vkCreateInstance");
  VkResult result = create(info, a, created);
  instance = *created;
  return result;
}

static PFN_vkVoidFunction instance_function(VkInstance any, const char *name) {
  static const struct {
    const char *name;
    PFN_vkVoidFunction function;
  } FUNCTIONS[] = {
      OWN(vkGetInstanceProcAddr, instance_function), OWN(vkCreateInstance, create_instance),
      OWN(vkCreateDevice, create_device), OWN(vkGetDeviceProcAddr, device_function),
      OWN(vkGetPhysicalDeviceMemoryProperties, memory_properties),
      OWN(vkGetPhysicalDeviceMemoryProperties2, memory_properties2),
      OWN(vkGetPhysicalDeviceMemoryProperties2KHR, memory_properties2)};
  for (size_t i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS; i++) {
    if (strcmp(name, FUNCTIONS[i].name) == 0) return FUNCTIONS[i].function;
  }
  PFN_vkVoidFunction own = own_function(name);
  if (own != NULL) return own;
  return next_instance_function == NULL ? NULL : next_instance_function(any, name);
}

EXPORT VkResult vkNegotiateLoaderLayerInterfaceVersion(VkNegotiateLayerInterface *version) {
  version->loaderLayerInterfaceVersion = 2;
  version->pfnGetInstanceProcAddr = instance_function;
  version->pfnGetDeviceProcAddr = device_function;
  version->pfnGetPhysicalDeviceProcAddr = NULL;
  dump_folder = getenv("NULL_GPU_DUMP");
  if (dump_folder != NULL && dump_folder[0] == '\0') dump_folder = NULL;
  return VK_SUCCESS;
}
