// SPDX-License-Identifier: MIT
#include "formats/tensors/torch_state.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "body/error.h"

namespace hmr {
namespace {

constexpr int kDeepestState = 24;
constexpr std::size_t kMostTensors = 200'000;
constexpr std::size_t kMostVisits = 2'000'000;
constexpr std::size_t kMostNameBytes = 64 << 20;  ///< of all names together

struct StorageType {
    std::string_view name;
    ElementType type;
};
constexpr std::array kStorageTypes = {
    StorageType{"torch FloatStorage", ElementType::Float32},  StorageType{"torch DoubleStorage", ElementType::Float64},
    StorageType{"torch HalfStorage", ElementType::Float16},   StorageType{"torch BFloat16Storage", ElementType::Float32},
    StorageType{"torch LongStorage", ElementType::Int64},     StorageType{"torch IntStorage", ElementType::Int32},
    StorageType{"torch ShortStorage", ElementType::Int16},    StorageType{"torch CharStorage", ElementType::Int8},
    StorageType{"torch ByteStorage", ElementType::UInt8},     StorageType{"torch BoolStorage", ElementType::Bool}};

std::size_t sizeFrom(const PickleValue& value) {
    if (value.integer() < 0) throw Error("A tensor has a negative size.");
    return static_cast<std::size_t>(value.integer());
}

bool isTensor(const PickleValue& value) {
    return value.isObject("torch._utils _rebuild_tensor_v2") || value.isObject("torch._utils _rebuild_tensor") ||
           value.isObject("torch._utils _rebuild_parameter");
}

TorchTensor tensorFrom(const PickleValue& value, int depth = 0) {
    const auto arguments = value.arguments().items();
    if (value.isObject("torch._utils _rebuild_parameter")) {
        if (arguments.empty() || !isTensor(arguments[0]) || depth > 1) throw Error("A parameter has no tensor.");
        return tensorFrom(arguments[0], depth + 1);
    }
    if (arguments.size() < 4) throw Error("A tensor is incomplete.");
    TorchTensor tensor;
    tensor.storage = torchStorage(arguments[0]);
    tensor.offset = sizeFrom(arguments[1]);
    for (const PickleValue& extent : arguments[2].items()) tensor.shape.push_back(sizeFrom(extent));
    for (const PickleValue& stride : arguments[3].items()) tensor.strides.push_back(stride.integer());
    if (tensor.shape.size() > 32 || tensor.strides.size() != tensor.shape.size()) throw Error("A tensor has an impossible shape.");
    checkedNumBytes(tensor.shape, sizeof(double));
    return tensor;
}

class StateCollector {
public:
    std::map<std::string, TorchTensor> tensors;

    void collect(const PickleValue& value, const std::string& name, int depth = 0) {
        if (depth > kDeepestState || ++numVisits_ > kMostVisits || tensors.size() > kMostTensors)
            throw Error("Its dictionaries are nested without end.");
        if (isTensor(value)) {
            numNameBytes_ += name.size();
            if (numNameBytes_ > kMostNameBytes) throw Error("Its tensors have names without end.");
            tensors.emplace(name, tensorFrom(value));
        } else if (value.kind() == PickleKind::Dict) {
            const auto items = value.items();
            for (std::size_t i = 0; i < items.size(); i += 2)
                if (const auto key = keyText(items[i])) collect(items[i + 1], name.empty() ? *key : name + "." + *key, depth + 1);
        } else if (value.kind() == PickleKind::Object) {
            if (value.state().kind() == PickleKind::Dict) numVisits_ += value.state().items().size();  // each is looked at below
            for (const char* part : {"_parameters", "_buffers", "_modules"})  // a module that was pickled whole
                if (const auto found = value.find(part); found && found->kind() == PickleKind::Dict) collect(*found, name, depth + 1);
        }
    }

private:
    static std::optional<std::string> keyText(const PickleValue& key) {
        if (key.isText()) return std::string(key.text());
        if (key.kind() == PickleKind::Integer) return std::to_string(key.integer());
        return std::nullopt;
    }
    std::size_t numVisits_ = 0, numNameBytes_ = 0;
};

/// What holds the network's state among a trainer's other entries.
PickleValue stateIn(const PickleValue& root) {
    for (const char* key : {"state_dict", "model", "model_state_dict", "gen_state_dict", "model_state", "net"})
        if (const auto found = root.find(key); found && (found->kind() == PickleKind::Dict || found->kind() == PickleKind::Object)) return *found;
    return root;
}

/// Of most tensors' names: a body that lies beside the network has none. Does nothing where two names would become one.
bool stripPrefix(std::map<std::string, TorchTensor>& tensors, const std::string& prefix) {
    const auto has = [&](const auto& entry) { return entry.first.starts_with(prefix); };
    const auto collides = [&](const auto& entry) { return has(entry) && tensors.contains(entry.first.substr(prefix.size())); };
    const auto count = static_cast<std::size_t>(std::count_if(tensors.begin(), tensors.end(), has));
    if (2 * count <= tensors.size() || std::any_of(tensors.begin(), tensors.end(), collides)) return false;
    std::map<std::string, TorchTensor> stripped;
    for (auto& [name, tensor] : tensors) stripped.emplace(name.starts_with(prefix) ? name.substr(prefix.size()) : name, std::move(tensor));
    tensors = std::move(stripped);
    return true;
}

}  // namespace

TorchStorage torchStorage(const PickleValue& reference) {
    if (reference.kind() != PickleKind::Persistent) throw Error("A tensor has no storage.");
    const PickleValue id = reference.arguments();
    if (!id.isSequence() || id.items().size() < 5 || !id.items()[0].isText() || id.items()[0].text() != "storage")
        throw Error("A storage is described in a way that is not known.");
    const auto parts = id.items();
    const auto type = std::find_if(kStorageTypes.begin(), kStorageTypes.end(), [&](const auto& t) { return t.name == parts[1].className(); });
    if (type == kStorageTypes.end()) throw Error("A storage has the type " + std::string(parts[1].className().substr(0, 60)) + ", which is not read here.");
    TorchStorage storage;
    storage.key = parts[2].isText() ? std::string(parts[2].text()) : std::to_string(parts[2].integer());
    storage.type = type->type;
    storage.isBfloat16 = type->name == "torch BFloat16Storage";
    storage.numElements = sizeFrom(parts[4]);
    if (parts.size() > 5 && parts[5].isSequence() && parts[5].items().size() == 3) {
        const auto view = parts[5].items();
        storage.viewKey = view[0].isText() ? std::string(view[0].text()) : std::to_string(view[0].integer());
        storage.viewOffset = sizeFrom(view[1]);
    }
    return storage;
}

std::map<std::string, TorchTensor> torchState(const PickleValue& root) {
    StateCollector collector;
    collector.collect(stateIn(root), "");
    if (collector.tensors.empty()) collector.collect(root, "");
    while (stripPrefix(collector.tensors, "module.") || stripPrefix(collector.tensors, "model.")) {}
    return std::move(collector.tensors);
}

NdArray arrayFrom(const TorchTensor& tensor, std::span<const std::byte> storage) {
    NdArray array;
    array.type = tensor.storage.type;
    array.itemSize = tensor.storage.bytesPerElement();
    array.shape = tensor.shape;
    array.bytes = rowMajorBytes(storage, array.itemSize, tensor.shape, tensor.strides, tensor.storage.viewOffset + tensor.offset);
    if (tensor.storage.isBfloat16) {
        std::vector<float> numbers(array.bytes.size() / 2);
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            std::uint16_t upper;
            std::memcpy(&upper, &array.bytes[2 * i], 2);
            numbers[i] = std::bit_cast<float>(std::uint32_t{upper} << 16);
        }
        array = NdArray::from(numbers, tensor.shape);
    }
    return array;
}

std::map<std::string, TensorInfo> infoOf(const std::map<std::string, TorchTensor>& tensors) {
    std::map<std::string, TensorInfo> infos;
    for (const auto& [name, tensor] : tensors) infos[name] = {tensor.storage.type, tensor.shape};
    return infos;
}

}  // namespace hmr
