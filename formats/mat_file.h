// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hmr {

/// A value of a MATLAB file: numbers, text, an array of cells or of structures, or a part of one. Elements are counted in
/// MATLAB's order (first index fastest). Cheap to copy; the file's contents live as long as a value of it.
/// Members throw Error that names the file and what was looked for.
class MatValue {
public:
    std::vector<std::size_t> shape() const;
    std::size_t count() const;  ///< of elements; 0 for what is empty
    bool has(std::string_view field) const;  ///< false for what is no structure
    MatValue field(const std::string& name, std::size_t element = 0) const;
    MatValue cell(std::size_t element) const;
    std::vector<double> numbers() const;
    double number() const;  ///< the only one; digits as text are read too
    std::string text() const;

private:
    struct File;
    MatValue(std::shared_ptr<const File> file, void* variable) : file_(std::move(file)), variable_(variable) {}
    friend MatValue readMatVariable(const std::filesystem::path& file, const std::string& variable);

    std::shared_ptr<const File> file_;
    void* variable_ = nullptr;  ///< null: an empty value
};

/// Whether this build reads MATLAB files (it found libmatio).
bool canReadMatFiles();

/// A variable of a .mat file, version 4 to 7.3. Throws Error: no such file, another format, no such variable, one without a class of
/// MATLAB's, a build without libmatio.
MatValue readMatVariable(const std::filesystem::path& file, const std::string& variable);

}  // namespace hmr
