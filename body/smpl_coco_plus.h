// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/SparseCore>

#include "body/types.h"

namespace hmr {

/// A stand-in [19,6890] for the coco-plus regressor that SMPL's own files lack: limbs and neck are SMPL's joints, head top
/// and face single vertices of its mesh. Within a few centimetres of HMR's regressor, which differs most at hips and neck.
/// `jointRegressor` is SMPL's [24,6890] or SMPL-H's [52,6890].
Eigen::SparseMatrix<float, Eigen::RowMajor> cocoPlusRegressorOfSmpl(
    const Eigen::SparseMatrix<float, Eigen::RowMajor>& jointRegressor);

/// The same for SMPL-X's mesh: `jointRegressor` [55,10475]; the head's top is the highest vertex of the template.
Eigen::SparseMatrix<float, Eigen::RowMajor> cocoPlusRegressorOfSmplX(
    const Eigen::SparseMatrix<float, Eigen::RowMajor>& jointRegressor, const Points3f& templateVertices);

}  // namespace hmr
