// SPDX-License-Identifier: MIT
#include "training/evaluation/evaluation_set.h"

#include <algorithm>
#include <cmath>

#include "body/error.h"
#include "training/annotations.h"
#include "training/crop_transform.h"
#include "training/evaluation/synthetic_set.h"
#include "training/picture_file.h"

namespace hmr {
namespace {

/// Whether parameters "of SMPL" or of a body by name fit the body that is judged.
bool isOfBody(const std::string& name, const BodyModel& body) {
    constexpr int kSmplVertices = 6890;
    const std::string& id = body.data().modelId;
    if (name.empty() || name == id) return true;
    return name == "smpl" && body.numVertices() == kSmplVertices && id.rfind("openbody", 0) != 0;
}

LabelPicture labelsOf(const std::filesystem::path& file) {
    if (file.empty()) return {};
    const Picture picture = readRgbPicture(file);
    LabelPicture labels{picture.width, picture.height, {}};
    for (std::size_t i = 0; i < picture.pixels.size(); i += 3) labels.labels.push_back(picture.pixels[i]);
    return labels;
}

/// What a window shows of the picture, black beyond it, and the window's place in that.
std::pair<Picture, CropWindow> cutOut(const Picture& picture, const CropWindow& window) {
    const double half = window.side / 2;
    const int left = static_cast<int>(std::floor(window.center.x() - half)), top = static_cast<int>(std::floor(window.center.y() - half));
    const int right = static_cast<int>(std::ceil(window.center.x() + half)), bottom = static_cast<int>(std::ceil(window.center.y() + half));
    Picture cut(right - left, bottom - top, picture.channels);
    const int first = std::max(left, 0), end = std::min(right, picture.width);
    for (int y = std::max(top, 0); first < end && y < std::min(bottom, picture.height); ++y)
        std::copy(picture.at(first, y), picture.at(end - 1, y) + picture.channels, cut.at(first - left, y - top));
    return {std::move(cut), CropWindow{window.center - Eigen::Vector2d(left, top), window.side}};
}

/// The darkest and the brightest value become 0 and 255.
void stretchContrast(std::vector<std::uint8_t>& pixels) {
    const auto [lowest, highest] = std::minmax_element(pixels.begin(), pixels.end());
    if (lowest == pixels.end() || *lowest == *highest) return;
    const double first = *lowest, scale = 255.0 / (*highest - *lowest);
    for (std::uint8_t& value : pixels) value = static_cast<std::uint8_t>(std::lround((value - first) * scale));
}

/// [size,size,3] as the recipe wants it.
void cropForNetwork(const Picture& picture, const CropWindow& window, const NetworkRecipe& recipe, std::vector<std::uint8_t>& pixels) {
    constexpr double kWidestCut = 8000;  // pixels; a box of that size is a mistake, which must not fill the memory
    const bool isPlain = recipe.padWithEdge && !recipe.stretchContrast;
    if (isPlain || window.side > kWidestCut) return cropPixels(picture, {window}, recipe.inputSize, pixels);
    auto [cut, place] = cutOut(picture, window);
    if (recipe.stretchContrast) stretchContrast(cut.pixels);
    cropPixels(cut, {place}, recipe.inputSize, pixels);
}

std::string cropInWords(const NetworkRecipe& recipe) {
    const std::string rule = recipe.cropRule == "area" ? "" : " (the recipe's \"" + recipe.cropRule + "\" differs in this alone)";
    return std::string("beyond the picture ") + (recipe.padWithEdge ? "its border repeats" : "it is black") +
           (recipe.stretchContrast ? ", contrast stretched" : "") + ", pixels averaged" + rule;
}

class AnnotatedSet : public EvaluationSet {
public:
    AnnotatedSet(std::vector<AnnotatedPerson> people, const BodyModel& body, NetworkRecipe recipe)
        : people_(std::move(people)), body_(body), recipe_(std::move(recipe)) {}

    int size() const override { return static_cast<int>(people_.size()); }

    EvaluationPerson person(int index) override {
        const AnnotatedPerson& annotated = people_[static_cast<std::size_t>(index)];
        EvaluationPerson person;
        person.id = annotated.id;
        const CropTransform crop{windowOfBox(annotated.box, recipe_.personShare)};
        const Picture picture = readRgbPicture(annotated.picture);
        person.window = crop.window;
        person.sample.size = recipe_.inputSize;
        cropForNetwork(picture, crop.window, recipe_, person.sample.pixels);
        person.sample.keypoints = cropKeypoints(annotated.keypoints, crop);
        person.boxSide = 2 * annotated.box.longerSide() / crop.window.side;
        person.joints3d = annotated.joints3d;
        person.pelvis = annotated.pelvis;
        if (isOfBody(annotated.parametersBody, body_)) person.parameters = annotated.parameters;
        person.groups = annotated.groups;
        person.silhouette = labelsOf(annotated.silhouette);
        person.parts = labelsOf(annotated.parts);
        // UP-3D's silhouettes are white where the person is.
        for (std::uint8_t& label : person.silhouette.labels)
            if (label > 0 && label != 255) label = 1;
        expectSize(person.silhouette, picture, annotated.silhouette);
        expectSize(person.parts, picture, annotated.parts);
        return person;
    }

private:
    static void expectSize(const LabelPicture& labels, const Picture& picture, const std::filesystem::path& file) {
        if (!labels.isEmpty() && (labels.width != picture.width || labels.height != picture.height))
            throw Error(file.string() + " is " + std::to_string(labels.width) + "x" + std::to_string(labels.height) + " but its picture is " +
                        std::to_string(picture.width) + "x" + std::to_string(picture.height));
    }

    std::vector<AnnotatedPerson> people_;
    const BodyModel& body_;
    NetworkRecipe recipe_;
};

}  // namespace

std::unique_ptr<EvaluationSet> openEvaluationSet(const EvaluationOptions& options, const BodyModel& body, const NetworkRecipe& recipe) {
    if (auto synthetic = openSyntheticSet(options, recipe.inputSize, recipe.personShare)) return synthetic;
    std::vector<AnnotatedPerson> people = readAnnotations(options.data, options.part);
    std::erase_if(people, [&](const AnnotatedPerson& person) {
        return countVisible(person.keypoints) < std::max(1, options.minJoints) || person.box.longerSide() <= 0;
    });
    if (people.empty()) throw Error(options.data.string() + ": nobody with at least " + std::to_string(options.minJoints) + " visible joints");
    if (options.limit > 0 && people.size() > static_cast<std::size_t>(options.limit)) people.resize(static_cast<std::size_t>(options.limit));
    auto set = std::make_unique<AnnotatedSet>(std::move(people), body, recipe);
    set->name = options.data.string();
    set->boxRule = "the annotated box; where a set has none, that of its joints, 1.1 times as large (Human3.6M, MPI-INF-3DHP: 1.2); " + cropInWords(recipe);
    set->notes = "visible annotated joints";
    return set;
}

}  // namespace hmr
