// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/npz.h"

namespace hmr {

struct TensorInfo {
    ElementType type = ElementType::Float32;
    std::vector<std::size_t> shape;
};

/// What format() says of PyTorch's compiled programs, whose tensors alone do not make a network.
inline constexpr const char* kScriptFormat = "TorchScript module";

/// The named tensors of a file of network weights, whatever program wrote it; each is read when it is asked for.
class TensorFile {
public:
    virtual ~TensorFile() = default;
    virtual std::string format() const = 0;                           ///< for people: "PyTorch checkpoint (zip)"
    virtual const std::filesystem::path& path() const = 0;
    virtual const std::map<std::string, TensorInfo>& tensors() const = 0;
    virtual NdArray read(const std::string& name) const = 0;          ///< throws Error
    virtual std::map<std::string, std::string> metadata() const { return {}; }
};

/// Opens .safetensors, PyTorch's files (.pt, .pth, .ckpt, .tar: zip and legacy form) or a TensorFlow checkpoint (its .index or
/// .data file, or the name that they share), told apart by content. PyTorch's names lose what wraps them: an outer "model" or
/// "state_dict" entry and the prefix "module.". Throws Error.
std::unique_ptr<TensorFile> openTensorFile(const std::filesystem::path& file);

/// Whether a file that begins with these bytes (nine will do) is a .safetensors: the length of a header, then its JSON. The length's
/// first byte may be any, so this is to be asked before other kinds are told by theirs.
bool isSafetensors(std::string_view bytes);

// The kinds, for those who know what they have.
std::unique_ptr<TensorFile> openTorchZip(const std::filesystem::path& file);
std::unique_ptr<TensorFile> openTorchLegacy(const std::filesystem::path& file);
std::unique_ptr<TensorFile> openTensorBundle(const std::filesystem::path& file);

}  // namespace hmr
