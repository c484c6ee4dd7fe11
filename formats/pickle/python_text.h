// SPDX-License-Identifier: MIT
#pragma once
#include <string>
#include <string_view>

namespace hmr {

// Each returns false where the text is not what Python writes.

/// The bytes of a quoted literal as Python 2's repr() writes them: 'ab\x00\n'.
bool bytesFromPythonLiteral(std::string_view literal, std::string& bytes);

/// UTF-8 of latin-1 bytes with \uXXXX and \UXXXXXXXX escapes.
bool utf8FromRawUnicodeEscape(std::string_view escaped, std::string& utf8);

/// One byte for each code point, all of which must be below 256.
bool latin1FromUtf8(std::string_view utf8, std::string& bytes);

}  // namespace hmr
