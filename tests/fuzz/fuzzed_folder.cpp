// SPDX-License-Identifier: MIT
#include "tests/fuzz/fuzzed_folder.h"

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "formats/tensors/tensor_file.h"

namespace hmr::fuzz {

FuzzedFolder::FuzzedFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "hmr-fuzz-XXXXXX").string();
    if (!::mkdtemp(name.data())) std::abort();
    path_ = name;
}

FuzzedFolder::~FuzzedFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
}

std::filesystem::path FuzzedFolder::write(const std::string& name, std::string_view bytes) const {
    std::filesystem::path file = path_ / name;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(file.c_str(), "wb"), std::fclose);
    if (!stream || std::fwrite(bytes.data(), 1, bytes.size(), stream.get()) != bytes.size()) std::abort();
    return file;
}

void readEveryTensor(const std::filesystem::path& file) {
    toleratingErrors([&] {
        const auto tensors = openTensorFile(file);
        for (const auto& entry : tensors->tensors()) toleratingErrors([&] { tensors->read(entry.first); });
    });
}

}  // namespace hmr::fuzz
