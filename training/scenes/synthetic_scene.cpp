// SPDX-License-Identifier: MIT
#include "training/scenes/synthetic_scene.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include "body/error.h"
#include "body/rotation.h"
#include "formats/body_file.h"
#include "formats/resources.h"
#include "training/scenes/degradation.h"

namespace hmr {
namespace {

PixelBox boxOf(const Points2d& points) {
    const Eigen::Vector2d low = points.colwise().minCoeff(), high = points.colwise().maxCoeff();
    return {low.x(), low.y(), high.x() - low.x(), high.y() - low.y()};
}

/// Pixels of points in camera axes.
Points2d projected(const PinholeCamera& camera, const Points3d& points) {
    Points2d pixels(points.rows(), 2);
    for (Eigen::Index i = 0; i < points.rows(); ++i)
        pixels.row(i) = (camera.focalLength / points(i, 2) * points.row(i).head<2>().transpose() + camera.principalPoint).transpose();
    return pixels;
}

Points3d placedPoints(const Points3f& points, const Eigen::Vector3d& translation) {
    return points.cast<double>().rowwise() + translation.transpose();
}

/// The point of a posed body that is lowest along `up` (camera axes).
Eigen::Vector3f lowestPoint(const Points3f& vertices, const Eigen::Vector3f& up) {
    Eigen::Index lowest = 0;
    (vertices * up).minCoeff(&lowest);
    return vertices.row(lowest);
}

Eigen::Vector3d middleOf(const Points3d& points) {
    return 0.5 * (points.colwise().minCoeff() + points.colwise().maxCoeff()).transpose();
}

/// The shift that puts a body's middle over the place's foot on the floor, its lowest point on the floor.
Eigen::Vector3d shiftOntoFloor(const Points3f& vertices, const Eigen::Vector3f& place, const Floor& floor) {
    const Eigen::Vector3f foot = place - (place - floor.point).dot(floor.up) * floor.up;
    const Eigen::Vector3f lowest = lowestPoint(vertices, floor.up), middle = middleOf(vertices.cast<double>()).cast<float>();
    Eigen::Vector3f shift = foot - middle;
    shift += ((foot - lowest).dot(floor.up) - shift.dot(floor.up)) * floor.up;
    return shift.cast<double>();
}

/// Joints that a close-up frames: half figure, portrait, arms and chest, or legs.
std::vector<int> drawCloseUpJoints(Random& random) {
    const double kind = random.uniform();
    if (kind < 0.55) return {2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};
    if (kind < 0.75) return {7, 8, 9, 10, 12, 13, 14, 15, 16, 17, 18};
    if (kind < 0.9) return {1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13};
    return {0, 1, 2, 3, 4, 5};
}

Points3d rowsOf(const Points3d& points, const std::vector<int>& rows) {
    Points3d chosen(static_cast<Eigen::Index>(rows.size()), 3);
    for (std::size_t i = 0; i < rows.size(); ++i) chosen.row(static_cast<Eigen::Index>(i)) = points.row(rows[i]);
    return chosen;
}

/// Cuts the picture off along one or two of its sides, as when a person stands at the border of the source picture.
void cutBorder(Random& random, SyntheticPicture& result, Picture& picture) {
    double limits[4] = {0, 0, 1, 1};  // left, top, right, bottom
    const int sides = random.chance(0.25) ? 2 : 1;
    for (int i = 0; i < sides; ++i) {
        // People are cut at the bottom most often.
        const int side = random.chance(0.45) ? 3 : random.integer(4);
        const double share = random.uniform(0.03, 0.32);
        limits[side] = side < 2 ? share : 1 - share;
    }
    const int left = static_cast<int>(limits[0] * picture.width), top = static_cast<int>(limits[1] * picture.height);
    const int right = static_cast<int>(limits[2] * picture.width), bottom = static_cast<int>(limits[3] * picture.height);
    result.visible = {static_cast<double>(left), static_cast<double>(top), static_cast<double>(right - left), static_cast<double>(bottom - top)};
    const bool isBlack = random.chance(0.3);
    for (int y = 0; y < picture.height; ++y)
        for (int x = 0; x < picture.width; ++x) {
            if (x >= left && x < right && y >= top && y < bottom) continue;
            const std::uint8_t* source = picture.at(std::clamp(x, left, right - 1), std::clamp(y, top, bottom - 1));
            for (int c = 0; c < 3; ++c) picture.at(x, y)[c] = isBlack ? 0 : source[c];
            if (!result.parts.empty()) result.parts[static_cast<std::size_t>(y) * picture.width + x] = 0;
        }
}

}  // namespace

struct SyntheticScenes::Cast {
    std::deque<DressedPerson> dressed;      ///< stable addresses
    std::vector<PlacedPerson> placed;
    LightRig lights;
    Floor floor;
};

SyntheticAssets loadSyntheticAssets(const std::filesystem::path& body, const std::filesystem::path& prior,
                                    const std::filesystem::path& backgrounds) {
    SyntheticAssets assets;
    assets.body = std::make_shared<DressableBody>(loadBodyModel(body.empty() ? resourcePath("body/openbody-lod.npz") : body));
    assets.prior = std::make_shared<PosePrior>(loadPosePrior(prior.empty() ? resourcePath("prior/poses.npz") : prior));
    if (!backgrounds.empty()) assets.backgrounds = loadBackgrounds(backgrounds);
    return assets;
}

SyntheticScenes::SyntheticScenes(SyntheticAssets assets, SyntheticSettings settings)
    : assets_(std::move(assets)), settings_(settings), poseRows_(posesOfSplit(*assets_.prior, settings.split)) {
    if (poseRows_.empty())
        throw Error("The pose prior has no clip for this half of the data: it holds " +
                    std::to_string(assets_.prior->clipNames.size()) + " clips, of which about one in ten is for validation");
    if (settings_.size < 16 || settings_.size > 2048)
        throw Error("Synthetic pictures of " + std::to_string(settings_.size) + " pixels are not possible: choose 16 to 2048");
    if (assets_.backgrounds) backgroundChoices_ = assets_.backgrounds->ofSplit(settings.split);
}

/// Clothes drawn, some of them with a part of a photograph as their cloth.
PersonLook SyntheticScenes::drawLook(const Random& random) const {
    Random clothes = random.fork("look"), prints = random.fork("prints");
    PersonLook look = drawPersonLook(assets_.body->marks, clothes);
    if (backgroundChoices_.empty()) return look;
    for (Fabric* fabric : {&look.top, &look.shirt, &look.bottom, &look.hat})
        if (prints.chance(settings_.printShare))
            printPhotograph(assets_.backgrounds->picture(backgroundChoices_[prints.below(backgroundChoices_.size())]), assets_.backgrounds->side, prints, *fabric);
    return look;
}

void SyntheticScenes::addStranger(const Random& random, const Viewpoint& view, double nearest, double farthest, Cast& cast) const {
    Random choice = random;
    BodyParameters parameters = drawPersonParameters(*assets_.prior, poseRows_, choice);
    const Eigen::Matrix3d turned = Eigen::AngleAxisd(drawHeading(choice), Eigen::Vector3d::UnitY()) * rotationFromAxisAngle(parameters.pose.row(0));
    parameters.pose.row(0) = axisAngleFromRotation(view.cameraFromWorld * turned).transpose();
    cast.dressed.push_back(dressPerson(*assets_.body, parameters, drawLook(choice)));
    // Somewhere on the floor behind or beside the first person.
    const Eigen::Vector3f up = view.up(), right = Eigen::Vector3f::UnitX() - up.x() * up, back = right.cross(up);
    const auto distance = static_cast<float>(choice.uniform(nearest, farthest)), side = static_cast<float>(choice.normal(0, 0.35 + 0.3 * distance));
    const Eigen::Vector3f away = back.z() > 0 ? back : Eigen::Vector3f(-back);
    const Eigen::Vector3f place = cast.floor.point + distance * away + (side + (side > 0 ? 0.35f : -0.35f)) * right;
    cast.placed.push_back({&cast.dressed.back(), shiftOntoFloor(cast.dressed.back().posed.vertices, place, cast.floor)});
}

void SyntheticScenes::paintPicture(const Random& random, const Cast& cast, double degradation, SyntheticPicture& result) {
    Random backdrop = random.fork("backdrop"), look = random.fork("picture");
    Picture& picture = result.picture;
    const bool hasPhotograph = !backgroundChoices_.empty() && backdrop.chance(settings_.photographShare);
    if (hasPhotograph) paintPhotograph(*assets_.backgrounds, backgroundChoices_, backdrop, picture);
    else paintProcedural(result.camera, cast.floor, backdrop, picture);
    if (look.chance(0.6))
        painter_.paintFloorShadow(result.camera, cast.placed, cast.lights, cast.floor.point, static_cast<float>(look.uniform(0.2, 0.75)), picture);
    painter_.paint(result.camera, cast.placed, assets_.body->marks, cast.lights, picture, settings_.wantsParts ? &result.parts : nullptr);
    if (look.chance(settings_.occluderShare))
        paintOccluders(assets_.backgrounds.get(), backgroundChoices_, result.people.front().box, look, picture,
                       settings_.wantsParts ? &result.parts : nullptr);
    Random lens = random.fork("degradation");
    degrade(lens, degradation, picture);
}

SyntheticPicture SyntheticScenes::drawCrop(std::uint64_t index) {
    const Random random(settings_.seed, index);
    Random person = random.fork("person"), viewing = random.fork("view"), framing = random.fork("frame"), others = random.fork("others");
    const double kind = framing.uniform();
    const bool isCloseUp = kind < settings_.closeUpShare, isFar = !isCloseUp && kind < settings_.closeUpShare + settings_.farShare;
    const Viewpoint view = isCloseUp ? drawViewpoint(1.3, 6, viewing) : drawViewpoint(2, 15, viewing);

    SyntheticPerson label;
    label.parameters = drawPersonParameters(*assets_.prior, poseRows_, person);
    const Eigen::Matrix3d turned = Eigen::AngleAxisd(drawHeading(viewing), Eigen::Vector3d::UnitY()) * rotationFromAxisAngle(label.parameters.pose.row(0));
    label.parameters.pose.row(0) = axisAngleFromRotation(view.cameraFromWorld * turned).transpose();
    Cast cast;
    cast.dressed.push_back(dressPerson(*assets_.body, label.parameters, drawLook(random)));
    const PosedBody& posed = cast.dressed.back().posed;

    // The camera looks at the middle of what the crop frames.
    const Points3d joints = cocoPlusJoints(*assets_.body->model, posed.vertices);
    const std::vector<int> framed = isCloseUp ? drawCloseUpJoints(framing) : std::vector<int>{};
    const Eigen::Vector3d aim = isCloseUp ? middleOf(rowsOf(joints, framed)) : middleOf(posed.vertices.cast<double>());
    // Limbs that reach toward a near camera must stay before it.
    const double reach = aim.z() - posed.vertices.col(2).minCoeff();
    const Eigen::Vector3d translation = Eigen::Vector3d(0, 0, std::max(view.distance, reach + 0.5)) - aim;
    cast.placed.push_back({&cast.dressed.back(), translation});
    cast.floor = {lowestPoint(posed.vertices, view.up()) + translation.cast<float>(), view.up()};
    label.parameters.translation = translation;
    label.joints3d = joints.rowwise() + translation.transpose();

    // The crop in units of the image plane at distance 1, then as a pinhole in pixels.
    const PinholeCamera unit{1, Eigen::Vector2d::Zero(), Eigen::Vector3d::Zero()};
    const Points3d vertices = placedPoints(posed.vertices, translation);
    const PixelBox box = isCloseUp ? boxOf(projected(unit, rowsOf(label.joints3d, framed))) : boxOf(projected(unit, vertices));
    const double share = isCloseUp ? 0.65 : isFar ? framing.uniform(0.22, 0.5) : settings_.personShare;
    const double side = box.longerSide() / share / (isFar ? 1 : framing.uniform(0.8, 1.25));
    const double freedom = isFar ? 0.5 * (1 - share) * 0.95 : 0.1;
    const Eigen::Vector2d centre = box.center() + side * freedom * Eigen::Vector2d(framing.uniform(-1, 1), framing.uniform(-1, 1));

    SyntheticPicture result;
    const double pixels = settings_.size / side;
    result.camera = {pixels, Eigen::Vector2d::Constant(0.5 * settings_.size) - pixels * centre, Eigen::Vector3d::Zero()};
    result.picture = Picture(settings_.size, settings_.size, 3);
    result.visible = {0, 0, static_cast<double>(settings_.size), static_cast<double>(settings_.size)};
    label.box = boxOf(projected(result.camera, vertices));
    label.keypoints = projected(result.camera, label.joints3d);
    result.people.push_back(std::move(label));
    if (others.chance(settings_.othersShare)) {
        const int count = 1 + others.integer(2);
        for (int i = 0; i < count; ++i) addStranger(others.fork(i ? "second" : "first"), view, 0.5, 5, cast);
    }
    Random light = random.fork("light");
    cast.lights = drawLightRig(light, view.up());
    paintPicture(random, cast, settings_.degradationStrength, result);
    if (framing.chance(settings_.cutShare)) cutBorder(framing, result, result.picture);
    return result;
}

SyntheticPicture SyntheticScenes::drawFullPicture(std::uint64_t index, int width, int height, int people) {
    const Random random(settings_.seed ^ 0xF011u, index);
    Random viewing = random.fork("view"), framing = random.fork("frame"), light = random.fork("light");
    if (people <= 0) people = 1 + framing.integer(3);
    Viewpoint view = drawViewpoint(4, 9, viewing);
    Cast cast;
    const double fieldOfView = 2 * std::atan(1.2 / view.distance);  // a person takes about 70 % of the height
    SyntheticPicture result;
    result.camera = {0.5 * height / std::tan(fieldOfView / 2), Eigen::Vector2d(0.5 * width, 0.5 * height), Eigen::Vector3d::Zero()};
    result.picture = Picture(width, height, 3);
    result.visible = {0, 0, static_cast<double>(width), static_cast<double>(height)};
    const Eigen::Vector3f up = view.up();
    cast.floor = {Eigen::Vector3f(0, 0, static_cast<float>(view.distance)) - 0.9f * up, up};
    const Eigen::Vector3f right = (Eigen::Vector3f::UnitX() - up.x() * up).normalized();
    const double spread = 0.62 * width / height * 2.4 / people;
    for (int i = 0; i < people; ++i) {
        Random person = random.fork("person " + std::to_string(i));
        SyntheticPerson label;
        label.parameters = drawPersonParameters(*assets_.prior, poseRows_, person);
        const Eigen::Matrix3d turned = Eigen::AngleAxisd(drawHeading(person), Eigen::Vector3d::UnitY()) * rotationFromAxisAngle(label.parameters.pose.row(0));
        label.parameters.pose.row(0) = axisAngleFromRotation(view.cameraFromWorld * turned).transpose();
        cast.dressed.push_back(dressPerson(*assets_.body, label.parameters, drawLook(person)));
        const Points3f& vertices = cast.dressed.back().posed.vertices;
        const double sideways = (i - 0.5 * (people - 1)) * spread + framing.normal(0, 0.1 * spread);
        Eigen::Vector3f place = cast.floor.point + static_cast<float>(sideways) * right;
        place.z() += static_cast<float>(framing.uniform(-0.4, 0.8));
        label.parameters.translation = shiftOntoFloor(vertices, place, cast.floor);
        label.joints3d = cocoPlusJoints(*assets_.body->model, vertices).rowwise() + label.parameters.translation.transpose();
        label.box = boxOf(projected(result.camera, placedPoints(vertices, label.parameters.translation)));
        label.keypoints = projected(result.camera, label.joints3d);
        cast.placed.push_back({&cast.dressed.back(), label.parameters.translation});
        result.people.push_back(std::move(label));
    }
    cast.lights = drawLightRig(light, up);
    paintPicture(random, cast, 0.5 * settings_.degradationStrength, result);
    return result;
}

void SyntheticScenes::draw(std::uint64_t index, TrainingSample& sample) {
    SyntheticPicture drawn = drawCrop(index);
    const SyntheticPerson& person = drawn.people.front();
    sample.size = settings_.size;
    sample.pixels = std::move(drawn.picture.pixels);
    sample.parts = std::move(drawn.parts);
    sample.hasJoints3d = true;
    for (int j = 0; j < kNumCocoPlusJoints; ++j) {
        const Eigen::Vector2d pixel = person.keypoints.row(j);
        const PixelBox& seen = drawn.visible;
        const bool isVisible = pixel.x() >= seen.x && pixel.y() >= seen.y && pixel.x() <= seen.x + seen.width && pixel.y() <= seen.y + seen.height;
        const auto at = static_cast<std::size_t>(3 * j);
        sample.keypoints[at] = static_cast<float>(2 * pixel.x() / settings_.size - 1);
        sample.keypoints[at + 1] = static_cast<float>(2 * pixel.y() / settings_.size - 1);
        sample.keypoints[at + 2] = isVisible ? 1.0f : 0.0f;
        for (int axis = 0; axis < 3; ++axis) sample.joints3d[at + static_cast<std::size_t>(axis)] = static_cast<float>(person.joints3d(j, axis));
    }
    setParameters(person.parameters, sample);
}

}  // namespace hmr
