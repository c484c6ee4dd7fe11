// SPDX-License-Identifier: MIT
#include "formats/pose_mixture_file.h"

#include "body/error.h"
#include "formats/npz.h"
#include "formats/resources.h"

namespace hmr {
namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
constexpr std::size_t kAngles = kNumPoseAngles;

std::vector<float> numbersOf(const NpzFile& npz, const std::string& name, const std::vector<std::size_t>& shape) {
    const NdArray array = npz.read(name);
    if (array.shape != shape) {
        throw Error(npz.path().string() + " is no table of likely poses: its array \"" + name +
                    "\" has another shape than K components of 69 angles need. Make one with `hmr prior mixture`.");
    }
    return array.as<float>();
}

}  // namespace

PoseMixture loadPoseMixture(const std::filesystem::path& file) {
    const NpzFile npz(file);
    const NdArray first = npz.read("weights");
    const std::size_t count = first.size();
    if (count == 0 || count > 100) throw Error(file.string() + " holds " + std::to_string(count) + " components; 1 to 100 were expected.");
    const auto weights = numbersOf(npz, "weights", {count}), means = numbersOf(npz, "means", {count, kAngles}),
               whiteners = numbersOf(npz, "whiteners", {count, kAngles, kAngles});
    PoseMixture mixture;
    for (std::size_t i = 0; i < count; ++i) {
        PoseMixture::Component component;
        component.weight = weights[i];
        component.mean = Eigen::Map<const Eigen::VectorXf>(&means[i * kAngles], kAngles).cast<double>();
        const RowMajor whitener = Eigen::Map<const RowMajor>(&whiteners[i * kAngles * kAngles], kAngles, kAngles);
        component.whitener = whitener.triangularView<Eigen::Lower>().toDenseMatrix().cast<double>();
        const bool isUsable = component.weight > 0 && component.mean.allFinite() && component.whitener.allFinite() &&
                              component.whitener.diagonal().minCoeff() > 0;
        if (!isUsable) throw Error(file.string() + ": component " + std::to_string(i + 1) + " holds numbers that are no distribution.");
        mixture.components.push_back(std::move(component));
    }
    return mixture;
}

std::shared_ptr<const PoseMixture> shippedPoseMixture() {
    static const auto mixture = std::make_shared<const PoseMixture>(loadPoseMixture(resourcePath("prior/mixture.npz")));
    return mixture;
}

void savePoseMixture(const std::filesystem::path& file, const PoseMixture& mixture) {
    std::vector<float> weights, means, whiteners;
    for (const auto& component : mixture.components) {
        weights.push_back(static_cast<float>(component.weight));
        for (const double angle : component.mean) means.push_back(static_cast<float>(angle));
        for (int row = 0; row < kNumPoseAngles; ++row) {
            for (int column = 0; column < kNumPoseAngles; ++column) whiteners.push_back(static_cast<float>(component.whitener(row, column)));
        }
    }
    const std::size_t count = mixture.components.size();
    writeNpz(file, {{"weights", NdArray::from(weights, {count})},
                    {"means", NdArray::from(means, {count, kAngles})},
                    {"whiteners", NdArray::halfFrom(whiteners, {count, kAngles, kAngles})}});
}

}  // namespace hmr
