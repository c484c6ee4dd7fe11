// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "body/construction/makehuman_figure.h"
#include "body/construction/symmetry.h"

namespace hmr {

/// MakeHuman's macro sliders, all in [0, 1] (weight may go a little beyond).
struct MacroSliders {
    double gender = 0.5;  ///< 0 female, 1 male
    double age = 0.5;     ///< 0.1875: 10 years, 0.5: 25, 1: 90
    double muscle = 0.5, weight = 0.5, height = 0.5;
    double proportions = 0.5;  ///< 1 ideal, 0 uncommon
    double cup = 0.5, firmness = 0.5;
    std::array<double, 3> ethnicity{1.0 / 3, 1.0 / 3, 1.0 / 3};  ///< African, Asian, Caucasian; any positive sum
};

/// One factor for each word in the names of targets ("male", "minweight"); a target's weight is the product of the
/// factors of its words.
std::map<std::string, double> macroFactors(const MacroSliders& sliders);

/// The space of bodies that the macro sliders span, made exactly symmetric: everything is kept for the half of the
/// skin and for the 24 joints.
class MacroSpace {
public:
    /// Throws Error when a target's name holds an unknown word or a joint cube is missing.
    MacroSpace(const MakeHumanFigure& figure, const Symmetry& symmetry);

    /// The body of the sliders in MakeHuman's rest pose: half of the skin [3H], metres.
    Eigen::VectorXf half(const MacroSliders& sliders) const;
    /// Its 24 joints [24,3], metres.
    Points3d joints(const MacroSliders& sliders) const;

private:
    std::vector<std::pair<int, float>> targetWeights(const MacroSliders& sliders) const;

    std::vector<std::vector<std::string>> words_;  ///< of each target
    Eigen::VectorXf baseHalf_;
    Eigen::VectorXd baseJoints_;
    Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> halfOffsets_;  ///< [T,3H]
    Eigen::MatrixXd jointOffsets_;                                                       ///< [72,T]
};

/// The 24 joints [24,3] of a figure with these vertices [N,3]: means of its joint cubes, symmetric.
Points3d cubeJoints(const MakeHumanFigure& figure, const Points3d& vertices);

}  // namespace hmr
