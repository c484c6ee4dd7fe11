// SPDX-License-Identifier: MIT
#include "formats/tensors/torch_legacy.h"

#include <cstring>

#include "body/error.h"
#include "formats/mapped_file.h"
#include "formats/tensors/torch_state.h"

namespace hmr {
namespace {

// 0x1950a86a20f9469cfc6c, least significant byte first, behind the operations "protocol 2, long integer of 10 bytes".
constexpr std::string_view kLegacyMagic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
constexpr std::int64_t kProtocol = 1001;

/// torch.save before PyTorch 1.6: pickles of magic number, protocol, system, objects and storage keys, one behind the other,
/// then each storage as its length and its numbers.
class TorchLegacy : public TensorFile {
public:
    explicit TorchLegacy(const std::filesystem::path& file) : file_(file), rest_(file_.bytes()) {
        try {
            open();
        } catch (const Error& error) {
            const std::string text = error.what();
            if (text.find(file.string()) != std::string::npos) throw;
            throw Error("Cannot open " + file.string() + ": " + text + " Fetch the file again.");
        }
    }

    std::string format() const override { return "PyTorch checkpoint (legacy)"; }
    const std::filesystem::path& path() const override { return file_.path(); }
    const std::map<std::string, TensorInfo>& tensors() const override { return tensors_; }
    NdArray read(const std::string& name) const override {
        const auto found = state_.find(name);
        if (found == state_.end()) throw Error(path().string() + ": the tensor \"" + name + "\" is missing.");
        const auto storage = storages_.find(found->second.storage.key);
        if (storage == storages_.end()) throw Error(path().string() + ": the numbers of the tensor \"" + name + "\" are missing.");
        try {
            return arrayFrom(found->second, storage->second);
        } catch (const Error& error) {
            throw Error(path().string() + ": the tensor \"" + name + "\" cannot be read. " + error.what());
        }
    }

private:
    Pickle next() {
        Pickle pickle(rest_, path().string(), UnknownNames::Keep);
        rest_.remove_prefix(pickle.size());
        return pickle;
    }
    void open() {
        rest_.remove_prefix(kLegacyMagic.size());
        if (const auto protocol = next(); protocol.root().integer() != kProtocol) throw Error("It has an unknown protocol.");
        const Pickle system = next();
        if (const auto isLittle = system.root().find("little_endian"); isLittle && isLittle->integer() == 0)
            throw Error("Its numbers are big-endian.");
        const Pickle objects = next();
        state_ = torchState(objects.root());
        tensors_ = infoOf(state_);
        const Pickle keys = next();
        std::map<std::string, TorchStorage> described;
        for (const PickleValue& reference : objects.references()) {
            TorchStorage storage = torchStorage(reference);
            described.emplace(storage.key, storage);
        }
        for (const PickleValue& key : keys.root().items()) {
            const auto found = described.find(key.isText() ? std::string(key.text()) : std::to_string(key.integer()));
            if (found == described.end()) throw Error("It holds numbers that nothing refers to.");
            takeStorage(found->second);
        }
    }
    void takeStorage(const TorchStorage& storage) {
        std::uint64_t numElements = 0;
        if (rest_.size() < sizeof(numElements)) throw Error("The file ends before its numbers.");
        std::memcpy(&numElements, rest_.data(), sizeof(numElements));
        rest_.remove_prefix(sizeof(numElements));
        std::size_t size = 0;
        if (__builtin_mul_overflow(numElements, storage.bytesPerElement(), &size) || size > rest_.size())
            throw Error("The file ends within its numbers: " + std::to_string(numElements) + " were expected, " +
                        std::to_string(rest_.size() / storage.bytesPerElement()) + " are left.");
        storages_[storage.key] = std::as_bytes(std::span(rest_.substr(0, size)));
        rest_.remove_prefix(size);
    }

    MappedFile file_;
    std::string_view rest_;
    std::map<std::string, TorchTensor> state_;
    std::map<std::string, TensorInfo> tensors_;
    std::map<std::string, std::span<const std::byte>> storages_;
};

}  // namespace

bool isTorchLegacy(std::string_view bytes) { return bytes.starts_with(kLegacyMagic); }

std::unique_ptr<TensorFile> openTorchLegacy(const std::filesystem::path& file) { return std::make_unique<TorchLegacy>(file); }

}  // namespace hmr
