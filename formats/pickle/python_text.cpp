// SPDX-License-Identifier: MIT
#include "formats/pickle/python_text.h"

#include <charconv>
#include <cstdint>

namespace hmr {
namespace {

bool parseDigits(std::string_view digits, int base, std::uint32_t& value) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    return error == std::errc() && end == digits.data() + digits.size();
}

void appendUtf8(std::string& text, std::uint32_t code) {
    if (code < 0x80) {
        text += static_cast<char>(code);
        return;
    }
    const int numFollowing = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    constexpr std::uint32_t kLead[] = {0, 0xc0, 0xe0, 0xf0};
    text += static_cast<char>(kLead[numFollowing] | code >> (6 * numFollowing));
    for (int i = numFollowing - 1; i >= 0; --i) text += static_cast<char>(0x80 | (code >> (6 * i) & 0x3f));
}

/// Reads what follows a backslash at `position` and moves behind it.
bool appendEscape(std::string_view text, std::size_t& position, std::string& bytes) {
    constexpr std::string_view kNames = "\\'\"nrtabfv", kValues = "\\'\"\n\r\t\a\b\f\v";
    const char kind = text[position];
    if (kind == 'x') {
        std::uint32_t code = 0;
        if (position + 3 > text.size() || !parseDigits(text.substr(position + 1, 2), 16, code)) return false;
        bytes += static_cast<char>(code);
        position += 3;
        return true;
    }
    const std::size_t found = kNames.find(kind);
    if (found == std::string_view::npos) return false;
    bytes += kValues[found];
    ++position;
    return true;
}

}  // namespace

bool bytesFromPythonLiteral(std::string_view literal, std::string& bytes) {
    if (literal.size() < 2 || literal.front() != literal.back() || (literal.front() != '\'' && literal.front() != '"')) return false;
    const std::string_view inside = literal.substr(1, literal.size() - 2);
    bytes.reserve(inside.size());
    for (std::size_t i = 0; i < inside.size();) {
        if (inside[i] != '\\') {
            bytes += inside[i++];
        } else if (++i == inside.size() || !appendEscape(inside, i, bytes)) {
            return false;
        }
    }
    return true;
}

bool utf8FromRawUnicodeEscape(std::string_view escaped, std::string& utf8) {
    for (std::size_t i = 0; i < escaped.size();) {
        const bool isShort = escaped.substr(i).starts_with("\\u"), isLong = escaped.substr(i).starts_with("\\U");
        if (!isShort && !isLong) {
            appendUtf8(utf8, static_cast<unsigned char>(escaped[i++]));
            continue;
        }
        const std::size_t numDigits = isShort ? 4 : 8;
        std::uint32_t code = 0;
        if (i + 2 + numDigits > escaped.size() || !parseDigits(escaped.substr(i + 2, numDigits), 16, code) || code > 0x10ffff) return false;
        appendUtf8(utf8, code);
        i += 2 + numDigits;
    }
    return true;
}

bool latin1FromUtf8(std::string_view utf8, std::string& bytes) {
    bytes.reserve(utf8.size());
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const auto lead = static_cast<unsigned char>(utf8[i]);
        if (lead < 0x80) {
            bytes += utf8[i];
            continue;
        }
        if ((lead != 0xc2 && lead != 0xc3) || ++i == utf8.size()) return false;
        const auto next = static_cast<unsigned char>(utf8[i]);
        if ((next & 0xc0) != 0x80) return false;
        bytes += static_cast<char>((lead & 3) << 6 | (next & 0x3f));
    }
    return true;
}

}  // namespace hmr
