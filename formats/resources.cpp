// SPDX-License-Identifier: MIT
#include "formats/resources.h"

#include <cstdlib>
#include <string>
#include <vector>

#include "body/error.h"

namespace hmr {

std::filesystem::path resourcePath(std::string_view relative) {
    namespace fs = std::filesystem;
    std::error_code error;
    std::vector<fs::path> roots;
    if (const char* chosen = std::getenv("HMR_RESOURCES"); chosen && *chosen) roots.emplace_back(chosen);
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    if (!error) roots.push_back(program.parent_path().parent_path() / "share" / "hmr-studio");
    roots.emplace_back(HMR_SOURCE_RESOURCES);

    std::string places;
    for (const fs::path& root : roots) {
        const fs::path candidate = root / relative;
        if (fs::exists(candidate, error)) return candidate;
        places += "\n  " + candidate.string();
    }
    throw Error("The program's file \"" + std::string(relative) + "\" is missing. It was looked for at" + places +
                "\nReinstall HMR Studio, or set HMR_RESOURCES to the folder that holds it.");
}

}  // namespace hmr
