// SPDX-License-Identifier: MIT
#include "body/error.h"
#include "formats/atomic_file.h"
#include "training/curves.h"
#include "training/picture_file.h"
#include "training/training_session.h"

namespace hmr {

std::filesystem::path plotRun(const std::filesystem::path& folder) {
    const auto log = folder / "log.jsonl";
    if (!std::filesystem::exists(log)) throw Error(folder.string() + " holds no run: there is no log.jsonl in it");
    const auto picture = folder / "curves.png";
    writePicture(picture, drawCurves(readWholeFile(log)));
    return picture;
}

}  // namespace hmr
