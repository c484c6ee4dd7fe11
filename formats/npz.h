// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/share_report.h"

namespace hmr {

/// Element type of an array, as NumPy and safetensors name them.
enum class ElementType { Float16, Float32, Float64, Int8, UInt8, Int16, UInt16, Int32, UInt32, Int64, UInt64, Bool, Text, Bytes };
std::size_t elementSize(ElementType type);

/// A dense row-major array in memory. Text arrays hold UTF-32 code points as NumPy's '<U' does, Bytes as '|S'.
struct NdArray {
    ElementType type = ElementType::Float32;
    std::size_t itemSize = 4;  ///< bytes an element; more than elementSize for Text and Bytes
    std::vector<std::size_t> shape;
    std::vector<std::byte> bytes;

    std::size_t size() const;  ///< product of the shape
    /// Elements converted to T (float, double, int32, uint32, int64, uint8…); throws Error for text.
    template <typename T>
    std::vector<T> as() const;
    std::string text() const;  ///< a scalar or one-element text array as UTF-8; throws Error for numbers
    std::vector<std::string> texts() const;  ///< every element of a text array as UTF-8; throws Error for numbers
    template <typename T>
    static NdArray from(const std::vector<T>& values, std::vector<std::size_t> shape);
    static NdArray fromText(const std::string& utf8);
    static NdArray fromTexts(const std::vector<std::string>& utf8);  ///< one dimension
    /// float32 values stored as float16, rounded to nearest even.
    static NdArray halfFrom(const std::vector<float>& values, std::vector<std::size_t> shape);
};

using NpzArrays = std::map<std::string, NdArray>;

/// Reads one .npy (versions 1 to 3, C or Fortran order, little endian); sizes are checked before allocation. Throws Error.
NdArray readNpy(const std::filesystem::path& file);
NdArray parseNpy(std::string_view bytes, const std::string& nameForErrors);

/// An open .npz whose arrays are read one by one, so that keys nobody asks for (object arrays, say) do no harm.
class NpzFile {
public:
    /// Throws Error when the file is no whole zip archive.
    explicit NpzFile(const std::filesystem::path& file);
    ~NpzFile();
    NpzFile(NpzFile&&) noexcept;
    NpzFile& operator=(NpzFile&&) noexcept;

    const std::filesystem::path& path() const;
    std::vector<std::string> names() const;  ///< sorted, without ".npy"
    bool contains(const std::string& name) const;
    /// Throws Error when there is no such array, or it is cut, damaged or of a kind that is not read.
    NdArray read(const std::string& name) const;

private:
    struct Archive;
    std::unique_ptr<Archive> archive_;
};

/// Reads every .npy of an .npz. Declared sizes beyond the file's real content, cut files and object arrays throw Error.
NpzArrays readNpz(const std::filesystem::path& file);

/// Writes a compressed .npz: whole or not at all, the same bytes for the same arrays. Each array counts the same in what is
/// reported while they are compressed. Throws Error.
void writeNpz(const std::filesystem::path& file, const NpzArrays& arrays, const ShareReport& report = {});
void writeNpy(const std::filesystem::path& file, const NdArray& array);

std::uint16_t halfFromFloat(float value);
float floatFromHalf(std::uint16_t half);

}  // namespace hmr
