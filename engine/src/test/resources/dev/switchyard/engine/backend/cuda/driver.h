// What the stand-in for NVIDIA's driver gives to those for its libraries.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>

// Puts work into a stream; gives the driver's result.
int driver_put(void* stream, std::function<void()> work);

// Whether so many bytes at an address are memory of the device, all of one allocation.
bool driver_owns(const void* at, size_t bytes);

// Makes a graph that was captured ready to be launched; gives the driver's result.
extern "C" int driver_instantiate(void** ready, const void* graph);
