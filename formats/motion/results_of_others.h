// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "body/motion/take.h"

namespace hmr {

/// Reads what another program recovered from a video, bodies in SMPL's 24 joints, as a take:
/// - VIBE's vibe_output.pkl: cameras of square crops; the picture's size follows from its two cameras;
/// - WHAM's wham_output.pkl: the places before the camera ("trans"), without a picture's size;
/// - PHALP's .pkl (4D-Humans; joblib compresses it): places in a picture of known size, tracks by its identities;
/// - ROMP's .npz (one picture or a video): places in its padded square of 512 pixels.
/// None of them tells a frame rate: 30. Pickles may be compressed by zlib or gzip. Throws Error: another file, arrays that are missing, of
/// other shapes or not finite.
Take readResultsOfOthers(const std::filesystem::path& file);

/// The program whose results a .pkl or .npz holds, told by its content: "VIBE", "WHAM", "PHALP (4D-Humans)", "ROMP"; nothing for others.
/// Throws Error when the file cannot be read.
std::optional<std::string> programOfResults(const std::filesystem::path& file);

/// Whether an .npz holds ROMP's results.
bool isRomp(const std::filesystem::path& file);

}  // namespace hmr
