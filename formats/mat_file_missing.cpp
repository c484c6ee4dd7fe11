// SPDX-License-Identifier: MIT
// Takes the place of mat_file.cpp in a build without libmatio.
#include "body/error.h"
#include "formats/mat_file.h"

namespace hmr {
namespace {

constexpr const char* kNoMatio = "this build reads no MATLAB files: install libmatio (Debian: libmatio-dev) and build again";

}  // namespace

struct MatValue::File {};

bool canReadMatFiles() { return false; }

MatValue readMatVariable(const std::filesystem::path& file, const std::string&) { throw Error(file.string() + ": " + kNoMatio); }

std::vector<std::size_t> MatValue::shape() const { return {}; }
std::size_t MatValue::count() const { return 0; }
bool MatValue::has(std::string_view) const { return false; }
MatValue MatValue::field(const std::string&, std::size_t) const { throw Error(kNoMatio); }
MatValue MatValue::cell(std::size_t) const { throw Error(kNoMatio); }
std::vector<double> MatValue::numbers() const { return {}; }
double MatValue::number() const { throw Error(kNoMatio); }
std::string MatValue::text() const { return {}; }

}  // namespace hmr
