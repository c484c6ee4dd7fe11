// SPDX-License-Identifier: MIT
#include "app/work/recovery_engine.h"

#include <numbers>

#include "body/error.h"
#include "formats/body_file.h"
#include "formats/body_identity.h"
#include "formats/resources.h"
#include "inference/crop.h"

namespace hmr {
namespace {

/// The whole pipeline.
class NetworkEngine : public RecoveryEngine {
public:
    NetworkEngine(std::shared_ptr<const BodyModel> body, std::shared_ptr<HmrNetwork> network, std::shared_ptr<PersonDetector> detector, double smoothing)
        : recovery_(std::move(body), std::move(network), std::move(detector), {.smoothing = smoothing}) {}

    FrameEstimate recover(const Frame& frame, const std::vector<PixelBox>& boxes) override {
        recovery_.options().boxes = boxes;
        return recovery_.recover(frame);
    }
    FrameEstimate follow(const Frame& frame, const std::vector<PixelBox>& boxes) override {
        recovery_.options().boxes = boxes;
        return recovery_.follow(frame);
    }
    void reset() override { recovery_.reset(); }

private:
    Recovery recovery_;
};

/// A standing mean body that fills each box drawn by hand: what can be done without weights.
class MeanBodyEngine : public RecoveryEngine {
public:
    explicit MeanBodyEngine(std::shared_ptr<const BodyModel> body) : body_(std::move(body)) {
        parameters_.pose(0, 0) = std::numbers::pi;
        const PosedBody posed = poseBody(*body_, parameters_);
        const Eigen::Vector3f low = posed.vertices.colwise().minCoeff(), high = posed.vertices.colwise().maxCoeff();
        center_ = (low + high).head<2>().cast<double>() / 2;
        height_ = high.y() - low.y();
    }

    FrameEstimate recover(const Frame& frame, const std::vector<PixelBox>& boxes) override {
        FrameEstimate estimate;
        estimate.frame = frame;
        for (const PixelBox& box : boxes) {
            PersonEstimate person;
            person.id = static_cast<int>(estimate.people.size());
            person.box = box;
            person.crop = cropWindow(box, recipe_);
            person.camera.scale = 2 * box.height / (person.crop.side * height_);
            person.camera.translation = -center_;
            person.parameters = parameters_;
            updateJoints(*body_, person);
            estimate.people.push_back(std::move(person));
        }
        return estimate;
    }
    FrameEstimate follow(const Frame& frame, const std::vector<PixelBox>& boxes) override { return recover(frame, boxes); }
    void reset() override {}

private:
    std::shared_ptr<const BodyModel> body_;
    NetworkRecipe recipe_;
    BodyParameters parameters_;
    Eigen::Vector2d center_;
    double height_ = 1;
};

std::filesystem::path orShipped(const std::filesystem::path& chosen, std::string_view shipped) {
    return chosen.empty() ? resourcePath(shipped) : chosen;
}

std::shared_ptr<const BodyModel> loadBody(const std::filesystem::path& file) {
    auto body = loadBodyModel(file);
    if (const auto obstacle = whyHmrCannotDrive(*body)) throw Error(file.string() + ": " + *obstacle + " Choose another body in Edit > Models");
    return body;
}

std::shared_ptr<PersonDetector> detectorOrDefault(const std::string& specification, std::string& warning) {
    try {
        return makeDetector(specification.empty() ? kBuiltInDetector : specification);
    } catch (const Error& error) {
        warning = std::string(error.what()) + "\nOpenCV's people detector is used instead.";
        return makeDetector("hog");
    }
}

}  // namespace

LoadedModels loadModels(const ModelSettings& settings) {
    LoadedModels models;
    models.body = loadBody(orShipped(settings.body, "body/openbody.npz"));
    try {
        auto network = HmrNetwork::load(orShipped(settings.weights, "weights/default.safetensors"), {.threads = settings.threads});
        const std::string device = network->device();
        auto detector = detectorOrDefault(settings.detector, models.warning);
        models.device = device;
        models.engine = std::make_unique<NetworkEngine>(models.body, std::move(network), std::move(detector), settings.smoothing);
    } catch (const Error& error) {
        models.warning = std::string(error.what()) +
                         "\nWithout a network nobody is found or recovered. Draw a box round a person to place a body there and "
                         "shape it by hand, or choose weights in Edit > Preferences.";
        models.device = "no network";
        models.engine = std::make_unique<MeanBodyEngine>(models.body);
    }
    return models;
}

}  // namespace hmr
