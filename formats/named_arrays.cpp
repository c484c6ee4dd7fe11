// SPDX-License-Identifier: MIT
#include "formats/named_arrays.h"

#include "body/error.h"
#include "formats/mapped_file.h"
#include "formats/pickle/pickle.h"
#include "formats/pickle/pickle_arrays.h"

namespace hmr {
namespace {

class NpzArraysByName : public NamedArrays {
public:
    explicit NpzArraysByName(const std::filesystem::path& file) : npz_(file) {}
    const std::filesystem::path& path() const override { return npz_.path(); }
    std::vector<std::string> names() const override { return npz_.names(); }
    bool contains(const std::string& name) const override { return npz_.contains(name); }
    NdArray read(const std::string& name) const override { return npz_.read(name); }

private:
    NpzFile npz_;
};

class PickledArrays : public NamedArrays {
public:
    explicit PickledArrays(MappedFile file) : file_(std::move(file)), pickle_(file_.bytes(), file_.path().string()) {
        if (pickle_.root().kind() != PickleKind::Dict && pickle_.root().kind() != PickleKind::Object)
            throw Error("Cannot read " + path().string() + ": its pickle holds " + pickle_.root().description() +
                        "; a dictionary of arrays was expected.");
    }
    const std::filesystem::path& path() const override { return file_.path(); }
    std::vector<std::string> names() const override {
        std::vector<std::string> all;
        const PickleValue& root = pickle_.root();
        const PickleValue entries = root.kind() == PickleKind::Object ? root.state() : root;
        if (entries.kind() != PickleKind::Dict) return all;
        for (std::size_t i = 0; i < entries.items().size(); i += 2)
            if (entries.items()[i].isText()) all.emplace_back(entries.items()[i].text());
        return all;
    }
    bool contains(const std::string& name) const override { return pickle_.root().find(name).has_value(); }
    NdArray read(const std::string& name) const override {
        try {
            return ndArrayFrom(pickle_.root().at(name));
        } catch (const Error& error) {
            throw Error("Cannot read " + path().string() + ": " + name + ": " + error.what() + " Fetch or save the file again.");
        }
    }

private:
    MappedFile file_;
    Pickle pickle_;
};

}  // namespace

std::unique_ptr<NamedArrays> openNamedArrays(const std::filesystem::path& file) {
    MappedFile mapped(file);
    if (mapped.bytes().starts_with("PK")) return std::make_unique<NpzArraysByName>(file);
    return std::make_unique<PickledArrays>(std::move(mapped));
}

}  // namespace hmr
