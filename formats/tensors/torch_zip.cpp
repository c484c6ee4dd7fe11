// SPDX-License-Identifier: MIT
#include <algorithm>

#include "body/error.h"
#include "formats/tensors/torch_state.h"
#include "formats/zip_archive.h"

namespace hmr {
namespace {

/// Bytes by which the parts of an archive may exceed twice the file: TorchScript's code is compressed, numbers never are.
constexpr std::size_t kFreeArchiveBytes = std::size_t{1} << 20;

/// torch.save since PyTorch 1.6: a zip archive of data.pkl and one file for each storage, all in one folder.
class TorchZip : public TensorFile {
public:
    explicit TorchZip(const std::filesystem::path& file) : zip_(file, "PyTorch checkpoint") {
        if (const std::size_t size = std::filesystem::file_size(file); zip_.expandedSize() / 2 > size + kFreeArchiveBytes / 2)
            throw Error("Cannot open " + file.string() + ": its " + std::to_string(size) + " bytes expand to " + std::to_string(zip_.expandedSize()) +
                        ", but PyTorch does not compress numbers. Fetch the file again from where it came from.");
        const auto& names = zip_.names();
        const auto isPickle = [](const std::string& name) { return name.ends_with("/data.pkl"); };
        const auto found = std::find_if(names.begin(), names.end(), isPickle);
        if (found == names.end())
            throw Error("Cannot open " + file.string() + ": it is an archive, but not one that torch.save writes (no data.pkl).");
        folder_ = found->substr(0, found->size() - std::string("data.pkl").size());
        isScript_ = std::any_of(names.begin(), names.end(), [&](const std::string& name) { return name.starts_with(folder_ + "code/"); });
        if (zip_.contains(folder_ + "byteorder")) {
            const auto order = zip_.read(folder_ + "byteorder");
            if (std::string_view(reinterpret_cast<const char*>(order.data()), order.size()) == "big")
                throw Error("Cannot open " + file.string() + ": its numbers are big-endian; save it again on a common computer.");
        }
        const std::vector<std::byte> stream = zip_.read(*found);
        const Pickle pickle({reinterpret_cast<const char*>(stream.data()), stream.size()}, file.string(), UnknownNames::Keep);
        try {
            state_ = torchState(pickle.root());
        } catch (const Error& error) {
            throw Error("Cannot open " + file.string() + ": " + error.what() + " Fetch the file again.");
        }
        tensors_ = infoOf(state_);
    }

    std::string format() const override { return isScript_ ? kScriptFormat : "PyTorch checkpoint (zip)"; }
    const std::filesystem::path& path() const override { return zip_.path(); }
    const std::map<std::string, TensorInfo>& tensors() const override { return tensors_; }
    NdArray read(const std::string& name) const override {
        const auto found = state_.find(name);
        if (found == state_.end()) throw Error(path().string() + ": the tensor \"" + name + "\" is missing.");
        try {
            return arrayFrom(found->second, zip_.read(folder_ + "data/" + found->second.storage.key));
        } catch (const Error& error) {
            throw Error(path().string() + ": the tensor \"" + name + "\" cannot be read. " + error.what());
        }
    }

private:
    ZipArchive zip_;
    std::string folder_;
    bool isScript_ = false;
    std::map<std::string, TorchTensor> state_;
    std::map<std::string, TensorInfo> tensors_;
};

}  // namespace

std::unique_ptr<TensorFile> openTorchZip(const std::filesystem::path& file) { return std::make_unique<TorchZip>(file); }

}  // namespace hmr
