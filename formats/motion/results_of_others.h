// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>

#include "body/motion/take.h"

namespace hmr {

/// Reads what another program recovered from a video, bodies in SMPL's 24 joints, as a take:
/// - VIBE's vibe_output.pkl: cameras of square crops; the picture's size follows from its two cameras;
/// - WHAM's wham_output.pkl: the places before the camera ("trans"), without a picture's size;
/// - PHALP's .pkl (4D-Humans): places in a picture of known size, tracks by its identities;
/// - ROMP's .npz (one picture or a video): places in its padded square of 512 pixels.
/// None of them tells a frame rate: 30. Throws Error: another file, arrays that are missing, of other shapes or not finite.
Take readResultsOfOthers(const std::filesystem::path& file);

/// Whether an .npz holds ROMP's results.
bool isRomp(const std::filesystem::path& file);

}  // namespace hmr
