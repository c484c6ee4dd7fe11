// SPDX-License-Identifier: MIT
#include "formats/mat_file.h"

#include <matio.h>

#include <charconv>
#include <numeric>

#include "body/error.h"

namespace hmr {

struct MatValue::File {
    std::filesystem::path path;
    std::string variable;
    matvar_t* root = nullptr;

    File(const std::filesystem::path& path, const std::string& variable) : path(path), variable(variable) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() { Mat_VarFree(root); }
    [[noreturn]] void fail(const std::string& what) const { throw Error(path.string() + ", variable \"" + variable + "\": " + what); }
};

namespace {

matvar_t* of(void* variable) { return static_cast<matvar_t*>(variable); }

template <typename T>
void appendAs(const matvar_t& variable, std::size_t count, std::vector<double>& numbers) {
    const T* values = static_cast<const T*>(variable.data);
    numbers.assign(values, values + count);
}

bool appendNumbers(const matvar_t& variable, std::size_t count, std::vector<double>& numbers) {
    switch (variable.data_type) {
        case MAT_T_DOUBLE: appendAs<double>(variable, count, numbers); return true;
        case MAT_T_SINGLE: appendAs<float>(variable, count, numbers); return true;
        case MAT_T_INT8: appendAs<std::int8_t>(variable, count, numbers); return true;
        case MAT_T_UINT8: appendAs<std::uint8_t>(variable, count, numbers); return true;
        case MAT_T_INT16: appendAs<std::int16_t>(variable, count, numbers); return true;
        case MAT_T_UINT16: appendAs<std::uint16_t>(variable, count, numbers); return true;
        case MAT_T_INT32: appendAs<std::int32_t>(variable, count, numbers); return true;
        case MAT_T_UINT32: appendAs<std::uint32_t>(variable, count, numbers); return true;
        case MAT_T_INT64: appendAs<std::int64_t>(variable, count, numbers); return true;
        case MAT_T_UINT64: appendAs<std::uint64_t>(variable, count, numbers); return true;
        default: return false;
    }
}

}  // namespace

bool canReadMatFiles() { return true; }

MatValue readMatVariable(const std::filesystem::path& file, const std::string& variable) {
    if (!std::filesystem::is_regular_file(file)) throw Error(file.string() + ": there is no such file");
    const std::unique_ptr<mat_t, int (*)(mat_t*)> mat(Mat_Open(file.c_str(), MAT_ACC_RDONLY), Mat_Close);
    if (!mat) throw Error(file.string() + ": not a MATLAB file (.mat, version 4 to 7.3)");
    const auto opened = std::make_shared<MatValue::File>(file, variable);
    opened->root = Mat_VarRead(mat.get(), variable.c_str());
    if (!opened->root) opened->fail("it is missing or damaged; is this the data set's own file, whole?");
    // libmatio calls so what has no class of MATLAB's, as other programs' HDF5 files do
    if (opened->root->class_type == MAT_C_EMPTY)
        opened->fail("it has no class of MATLAB's, so its contents cannot be read; is this the data set's own file, as MATLAB wrote it?");
    return {opened, opened->root};
}

std::vector<std::size_t> MatValue::shape() const {
    const matvar_t* variable = of(variable_);
    return variable ? std::vector<std::size_t>(variable->dims, variable->dims + variable->rank) : std::vector<std::size_t>{0, 0};
}

std::size_t MatValue::count() const {
    const matvar_t* variable = of(variable_);
    if (!variable || !variable->data) return 0;
    return std::accumulate(variable->dims, variable->dims + variable->rank, std::size_t{1}, std::multiplies<>());
}

bool MatValue::has(std::string_view field) const {
    const matvar_t* variable = of(variable_);
    if (!variable || variable->class_type != MAT_C_STRUCT) return false;
    char* const* names = Mat_VarGetStructFieldnames(variable);
    for (unsigned i = 0; i < Mat_VarGetNumberOfFields(of(variable_)); ++i)
        if (names[i] == field) return true;
    return false;
}

MatValue MatValue::field(const std::string& name, std::size_t element) const {
    if (!has(name)) file_->fail("expected a structure with the field \"" + name + "\"");
    if (element >= count()) file_->fail("the structure with \"" + name + "\" has " + std::to_string(count()) + " elements, asked for number " + std::to_string(element + 1));
    return {file_, Mat_VarGetStructFieldByName(of(variable_), name.c_str(), element)};
}

MatValue MatValue::cell(std::size_t element) const {
    if (!variable_ || of(variable_)->class_type != MAT_C_CELL) file_->fail("expected an array of cells");
    if (element >= count()) file_->fail("asked for cell " + std::to_string(element + 1) + " of " + std::to_string(count()));
    return {file_, Mat_VarGetCell(of(variable_), static_cast<int>(element))};
}

std::vector<double> MatValue::numbers() const {
    std::vector<double> numbers;
    if (count() == 0) return numbers;
    const matvar_t& variable = *of(variable_);
    const bool isNumeric = variable.class_type >= MAT_C_DOUBLE && variable.class_type <= MAT_C_UINT64 && !variable.isComplex;
    if (!isNumeric || variable.nbytes < count() * static_cast<std::size_t>(variable.data_size) || !appendNumbers(variable, count(), numbers))
        file_->fail("expected real numbers");
    return numbers;
}

double MatValue::number() const {
    if (count() > 0 && of(variable_)->class_type == MAT_C_CHAR) {
        const std::string digits = text();
        double value = 0;
        const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (status != std::errc{} || end != digits.data() + digits.size()) file_->fail("expected a number, found \"" + digits + "\"");
        return value;
    }
    const std::vector<double> all = numbers();
    if (all.size() != 1) file_->fail("expected one number, found " + std::to_string(all.size()));
    return all.front();
}

std::string MatValue::text() const {
    if (count() == 0) return {};
    const matvar_t& variable = *of(variable_);
    if (variable.class_type != MAT_C_CHAR) file_->fail("expected text");
    std::string text;
    for (std::size_t i = 0; i < count(); ++i) {
        // Names in data sets are plain ASCII, whichever width the file stores.
        const unsigned code = variable.data_size == 1 ? static_cast<const std::uint8_t*>(variable.data)[i] : static_cast<const std::uint16_t*>(variable.data)[i];
        text.push_back(code < 128 ? static_cast<char>(code) : '?');
    }
    return text;
}

}  // namespace hmr
