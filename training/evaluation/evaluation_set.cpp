// SPDX-License-Identifier: MIT
#include "training/evaluation/evaluation_set.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "body/error.h"
#include "formats/body_file.h"
#include "training/datasets/annotations.h"
#include "training/datasets/crop_transform.h"
#include "training/evaluation/synthetic_set.h"
#include "training/picture_file.h"

namespace hmr {
namespace {

/// SMPL's male and female bodies by the names that data sets give them.
using GenderedBodies = std::map<std::string, std::shared_ptr<const BodyModel>>;

GenderedBodies genderedBodies(const EvaluationOptions& options, const BodyModel& judged) {
    if (options.maleBody.empty() != options.femaleBody.empty()) throw Error("the truth needs a male and a female body: name both, or none");
    if (options.maleBody.empty()) return {};
    GenderedBodies bodies = {{"smpl-male", loadBodyModel(options.maleBody)}, {"smpl-female", loadBodyModel(options.femaleBody)}};
    for (const auto& [name, body] : bodies)
        if (body->numVertices() != judged.numVertices())
            throw Error((name == "smpl-male" ? options.maleBody : options.femaleBody).string() + " has " + std::to_string(body->numVertices()) +
                        " vertices, the judged body " + std::to_string(judged.numVertices()) + ": choose bodies of one mesh");
    return bodies;
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
    return {std::move(cut), CropWindow{window.center - Eigen::Vector2d(left, top), window.side, window.relativeFocalLength}};
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

/// Shares of these rules are of the joints' own extent, which a box made from joints has enlarged already.
bool cropsExtent(const NetworkRecipe& recipe) { return recipe.cropRule == "spin" || recipe.cropRule == "hmr"; }

CropWindow windowOf(const AnnotatedPerson& person, const NetworkRecipe& recipe) {
    const bool isExtent = cropsExtent(recipe) && person.boxMargin != 1;
    const PixelBox box = isExtent ? scaledBox(person.box, 1 / person.boxMargin) : person.box;
    double length = std::max(box.height, box.width / recipe.boxAspect);
    if (isExtent && recipe.cropRule == "hmr") length = std::hypot(box.width, box.height);
    return {box.center(), std::max(length / recipe.personShare, 1.0), recipe.relativeFocalLength};
}

std::string boxInWords(const NetworkRecipe& recipe) {
    char factor[16];
    std::snprintf(factor, sizeof factor, "%.3g", 1 / recipe.personShare);
    const std::string crops = std::string("; crops are ") + factor + " times the ";
    const std::string box = "the annotated box; where a set has none, that of its joints, 1.1 times as large (Human3.6M, MPI-INF-3DHP, 3DPW: 1.2)" + crops;
    if (!cropsExtent(recipe)) return box + "box's longer side";
    return box + (recipe.cropRule == "hmr" ? "diagonal" : "longer side") + " of the joints' own extent, or the longer side of an annotated box";
}

class AnnotatedSet : public EvaluationSet {
public:
    AnnotatedSet(std::vector<AnnotatedPerson> people, const BodyModel& body, GenderedBodies gendered, NetworkRecipe recipe)
        : people_(std::move(people)), body_(body), gendered_(std::move(gendered)), recipe_(std::move(recipe)) {}

    int size() const override { return static_cast<int>(people_.size()); }

    EvaluationPerson person(int index) override {
        const AnnotatedPerson& annotated = people_[static_cast<std::size_t>(index)];
        EvaluationPerson person;
        person.id = annotated.id;
        const CropTransform crop{windowOf(annotated, recipe_)};
        const Picture picture = readRgbPicture(annotated.picture);
        person.window = crop.window;
        person.sample.size = recipe_.inputSize;
        cropForNetwork(picture, crop.window, recipe_, person.sample.pixels);
        person.sample.keypoints = cropKeypoints(annotated.keypoints, crop);
        person.boxSide = 2 * annotated.box.longerSide() / crop.window.side;
        person.joints3d = annotated.joints3d;
        person.pelvis = annotated.pelvis;
        person.spineAndHead = annotated.spineAndHead;
        const auto own = gendered_.find(annotated.parametersBody);
        if (own != gendered_.end()) person.parametersBody = own->second;
        if (person.parametersBody || isOfBody(annotated.parametersBody, body_)) person.parameters = annotated.parameters;
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
    GenderedBodies gendered_;
    NetworkRecipe recipe_;
};

/// What people with SMPL's male and female bodies, as 3DPW has them, are compared with.
std::string truthInWords(const std::vector<AnnotatedPerson>& people, const GenderedBodies& gendered, const BodyModel& body) {
    const auto isGendered = [](const AnnotatedPerson& person) { return person.parametersBody == "smpl-male" || person.parametersBody == "smpl-female"; };
    if (!std::ranges::any_of(people, isGendered)) return {};
    if (!gendered.empty()) return "; 3D truth: SMPL's male and female meshes, their joints by the same regressor as the answer's";
    const auto isJudged = [&](const AnnotatedPerson& person) { return isOfBody(person.parametersBody, body); };
    return std::ranges::all_of(people, isJudged) ? "" : "; 3D truth: the set's own 3D joints (3DPW: of SMPL's skeleton); --body-male and --body-female pose its bodies";
}

}  // namespace

std::unique_ptr<EvaluationSet> openEvaluationSet(const EvaluationOptions& options, const BodyModel& body, const NetworkRecipe& recipe) {
    if (auto synthetic = openSyntheticSet(options, recipe.inputSize, recipe.personShare)) return synthetic;
    std::vector<AnnotatedPerson> people = readAnnotations(options.data, options.part);
    std::erase_if(people, [&](const AnnotatedPerson& person) {
        return countVisible(person.keypoints) < std::max(1, options.minJoints) || person.box.longerSide() <= 0;
    });
    if (people.empty()) throw Error(options.data.string() + ": nobody with at least " + std::to_string(options.minJoints) + " visible joints");
    if (options.limit > 0 && people.size() > static_cast<std::size_t>(options.limit)) people.resize(static_cast<std::size_t>(options.limit));
    GenderedBodies gendered = genderedBodies(options, body);
    const std::string truth = truthInWords(people, gendered, body);
    auto set = std::make_unique<AnnotatedSet>(std::move(people), body, std::move(gendered), recipe);
    set->name = options.data.string();
    set->boxRule = boxInWords(recipe) + "; " + cropInWords(recipe);
    set->notes = "visible annotated joints" + truth;
    return set;
}

}  // namespace hmr
