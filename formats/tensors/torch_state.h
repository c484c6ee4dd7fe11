// SPDX-License-Identifier: MIT
#pragma once
#include <optional>

#include "formats/pickle/pickle.h"
#include "formats/strided_copy.h"
#include "formats/tensors/tensor_file.h"

namespace hmr {

/// One storage that a PyTorch pickle refers to: a run of numbers that lies elsewhere in the file.
struct TorchStorage {
    std::string key;
    ElementType type = ElementType::Float32;
    bool isBfloat16 = false;        ///< two bytes a number, made float32 when read
    std::size_t numElements = 0;
    std::string viewKey;            ///< legacy files: a part of the storage `key` under a key of its own; or empty
    std::size_t viewOffset = 0;
    std::size_t bytesPerElement() const { return isBfloat16 ? 2 : elementSize(type); }
};

/// A tensor as a strided view of a storage.
struct TorchTensor {
    TorchStorage storage;
    std::size_t offset = 0;
    std::vector<std::size_t> shape;
    Strides strides;
};

/// The storage of a pickle's reference; throws Error when it is none.
TorchStorage torchStorage(const PickleValue& reference);

/// The tensors of a checkpoint by name: of its state dictionary if it has one ("model", "state_dict", …), else of all nested
/// dictionaries and pickled modules, joined by dots. "module." and "model." in front of most names are left out there.
std::map<std::string, TorchTensor> torchState(const PickleValue& root);

/// The tensor's numbers in row-major order from the bytes of its storage.
NdArray arrayFrom(const TorchTensor& tensor, std::span<const std::byte> storage);

std::map<std::string, TensorInfo> infoOf(const std::map<std::string, TorchTensor>& tensors);

}  // namespace hmr
