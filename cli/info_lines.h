// SPDX-License-Identifier: MIT
#pragma once
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace hmr {

/// One line of what `hmr info` says of a file.
inline void line(const std::string& name, const std::string& value) { std::cout << "  " << std::left << std::setw(18) << name << " " << value << "\n"; }

inline std::string decimal(double value, int digits) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(digits) << value;
    return text.str();
}

inline std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

}  // namespace hmr
