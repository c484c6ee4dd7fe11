// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "body/body_model.h"
#include "body/body_parameters.h"
#include "body/camera.h"
#include "network/network_recipe.h"
#include "training/evaluation/evaluation.h"
#include "training/sample.h"

namespace hmr {

/// A picture of labels, one byte a pixel.
struct LabelPicture {
    int width = 0, height = 0;
    std::vector<std::uint8_t> labels;
    bool isEmpty() const { return labels.empty(); }
};

/// One person of a set, cropped for a network, with all that answers are compared with.
struct EvaluationPerson {
    std::string id;
    TrainingSample sample;                     ///< pixels and 2D joints
    CropWindow window;                         ///< of the crop in the picture that label pictures belong to
    double boxSide = 1;                        ///< longer side of the person's box in crop coordinates (the crop is 2 wide)
    Points3d joints3d;                         ///< [19,3], NaN where unknown; no rows without
    std::optional<Eigen::Vector3d> pelvis;
    Points3d spineAndHead;                     ///< [2,3]; no rows without
    std::optional<BodyParameters> parameters;
    std::shared_ptr<const BodyModel> parametersBody;  ///< that they are of; null: the body that is judged
    std::vector<std::string> groups;
    LabelPicture silhouette, parts;            ///< 0 background, 255 not judged
};

/// People that a network is judged on, one at a time.
class EvaluationSet {
public:
    virtual ~EvaluationSet() = default;
    virtual int size() const = 0;
    /// Reads and crops, or draws. Throws Error.
    virtual EvaluationPerson person(int index) = 0;

    std::string name;  ///< the file or folder
    std::string boxRule, notes;  ///< in words
};

/// Opens annotated pictures, or the synthetic pictures of a seed file {"kind": "synthetic", "seed": 7, "count": 1000}, or
/// "synthetic" or "synthetic:N": the frozen benchmark, or its first N. Parameters of another body than `body` are left out, but for
/// SMPL's male and female ones where the options name those bodies.
/// Annotated pictures are cut as the recipe says: size, the person's share, what is beyond the picture, contrast. The share is of the
/// person's box; recipes of SPIN and HMR mean the joints' own extent where the box is made from them, HMR's their diagonal. Pixels are averaged
/// where a crop shrinks, whatever rule for them the recipe names. Throws Error.
std::unique_ptr<EvaluationSet> openEvaluationSet(const EvaluationOptions& options, const BodyModel& body, const NetworkRecipe& recipe);

/// Writes the frozen benchmark's list: seed, count, the clips it draws from and the first people's boxes, by which a change of
/// the generator or of the prior is noticed. Throws Error.
void writeBenchmark(const std::filesystem::path& file, std::uint64_t seed, int count);

}  // namespace hmr
