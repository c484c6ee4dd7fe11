// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "formats/npz.h"

namespace hmr {

/// A tensor inside an open safetensors file; bytes stay valid while the file object lives.
struct TensorView {
    ElementType type = ElementType::Float32;
    std::vector<std::size_t> shape;
    std::span<const std::byte> bytes;
};

/// A memory-mapped .safetensors file. The header is checked against the file: no overlap, no gap past the end,
/// shapes times element sizes equal the ranges. Throws Error.
class SafetensorsFile {
public:
    explicit SafetensorsFile(const std::filesystem::path& file);
    ~SafetensorsFile();
    SafetensorsFile(SafetensorsFile&&) noexcept;
    SafetensorsFile& operator=(SafetensorsFile&&) noexcept;

    const std::map<std::string, TensorView>& tensors() const { return tensors_; }
    const std::map<std::string, std::string>& metadata() const { return metadata_; }  ///< "__metadata__"

private:
    std::map<std::string, TensorView> tensors_;
    std::map<std::string, std::string> metadata_;
    void* mapping_ = nullptr;
    std::size_t size_ = 0;
};

/// Writes tensors (sorted by name) and metadata, whole or not at all. Throws Error.
void writeSafetensors(const std::filesystem::path& file, const std::map<std::string, NdArray>& tensors,
                      const std::map<std::string, std::string>& metadata);

}  // namespace hmr
