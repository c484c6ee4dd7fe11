// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/SparseCore>

namespace hmr {

/// A stand-in [19,6890] for the coco-plus regressor that SMPL's own files lack: limbs and neck are SMPL's joints, head top
/// and face single vertices of its mesh. Within a few centimetres of HMR's regressor, which differs most at hips and neck.
/// `jointRegressor` is SMPL's [24,6890].
Eigen::SparseMatrix<float, Eigen::RowMajor> cocoPlusRegressorOfSmpl(
    const Eigen::SparseMatrix<float, Eigen::RowMajor>& jointRegressor);

}  // namespace hmr
