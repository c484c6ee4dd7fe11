// SPDX-License-Identifier: MIT
#include "formats/tensors/tensor_file.h"

#include "body/error.h"
#include "formats/mapped_file.h"
#include "formats/safetensors.h"
#include "formats/tensors/tensor_bundle.h"
#include "formats/tensors/torch_legacy.h"

namespace hmr {
namespace {

class SafeTensors : public TensorFile {
public:
    explicit SafeTensors(const std::filesystem::path& file) : path_(file), file_(file) {
        for (const auto& [name, tensor] : file_.tensors()) tensors_[name] = {tensor.type, tensor.shape};
    }
    std::string format() const override { return "safetensors"; }
    const std::filesystem::path& path() const override { return path_; }
    const std::map<std::string, TensorInfo>& tensors() const override { return tensors_; }
    std::map<std::string, std::string> metadata() const override { return file_.metadata(); }
    NdArray read(const std::string& name) const override {
        const auto found = file_.tensors().find(name);
        if (found == file_.tensors().end()) throw Error(path_.string() + ": the tensor \"" + name + "\" is missing.");
        const TensorView& tensor = found->second;
        return {tensor.type, elementSize(tensor.type), tensor.shape, {tensor.bytes.begin(), tensor.bytes.end()}};
    }

private:
    std::filesystem::path path_;
    SafetensorsFile file_;
    std::map<std::string, TensorInfo> tensors_;
};

}  // namespace

bool isSafetensors(std::string_view bytes) {
    using namespace std::string_view_literals;
    return bytes.size() > 8 && bytes.substr(4, 4) == "\0\0\0\0"sv && bytes[8] == '{';  // no header has 4 GiB
}

std::unique_ptr<TensorFile> openTensorFile(const std::filesystem::path& file) {
    if (const auto index = tensorBundleIndex(file)) return openTensorBundle(*index);
    const MappedFile mapped(file);
    const std::string_view bytes = mapped.bytes();
    if (isSafetensors(bytes)) return std::make_unique<SafeTensors>(file);
    if (bytes.starts_with("PK")) return openTorchZip(file);
    if (isTorchLegacy(bytes)) return openTorchLegacy(file);
    throw Error("Cannot open " + file.string() + ": it holds no network weights in a form that is known here. Choose .safetensors, " +
                "PyTorch's .pt, .pth or .ckpt, or the .index file of a TensorFlow checkpoint.");
}

}  // namespace hmr
