// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <memory>

#include "body/body_model.h"

namespace hmr {

/// Opens a body in SMPL's layout: a Python pickle (SMPL 1.0 and 1.1, SMPL-H, HMR's own with cocoplus_regressor; NumPy, SciPy and
/// chumpy arrays, nothing is executed) or an npz (ours, smplx's, smplxpp's): v_template [V,3], shapedirs [V,3,B], posedirs [V,3,9(J-1)]
/// (or smplxpp's transposed forms), J_regressor [J,V], weights [V,J], kintree_table [2,J], f [F,3].
/// Our optional keys: cocoplus_regressor [19,V], joint_names, beta_names, landmarks (JSON text), part24, part14, part6,
/// mirror [V], vt [T,2], ft [F,3], model_id. A file beside it may name other points of the face (formats/face_points.h). Throws Error that names the key, what was expected and what was found.
std::shared_ptr<const BodyModel> loadBodyModel(const std::filesystem::path& file);

/// Writes the same layout; the same bytes for the same data.
void saveBodyModel(const std::filesystem::path& file, const BodyModelData& data);

/// SHA-256 (hexadecimal) over the arrays that define the surface and its posing.
std::string bodyContentHash(const BodyModelData& data);

}  // namespace hmr
