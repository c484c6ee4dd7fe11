// SPDX-License-Identifier: MIT
#include "app/motion/session_store.h"

namespace hmr {

SessionDocument documentOf(const Session& session, const TakeEditor& editor, const QStringList& sources, const QString& shown) {
    SessionDocument document;
    for (const QString& source : sources) document.sources.push_back(source.toStdString());
    document.source = shown.toStdString();
    document.frame = editor.hasTake() ? editor.frame() : session.pictureKey().frame;
    for (const auto& [key, edit] : session.state().edits) {
        if (edit.isEmpty()) continue;
        SessionDocument::Edit& saved = document.edits.emplace_back();
        saved = {key.source, key.person, edit.rotations, edit.betas, {}, edit.lockedJoints, edit.pinnedJoints, edit.targets};
        if (edit.camera) saved.place = {edit.camera->camera, edit.camera->crop};
    }
    for (const auto& [key, boxes] : session.state().boxes) {
        SessionDocument::Boxes picture{key.source, key.frame, {}};
        for (const PersonBox& box : boxes) picture.boxes.push_back({box.id, box.box});
        document.boxes.push_back(std::move(picture));
    }
    document.take = editor.take();
    document.keys = editor.state().keys;
    return document;
}

SessionState sessionStateOf(const SessionDocument& document) {
    SessionState state;
    for (const auto& edit : document.edits) {
        PersonEdit& to = state.edits[{edit.source, edit.person}];
        to.rotations = edit.rotations;
        to.betas = edit.betas;
        if (edit.place) to.camera = PlacedCamera{edit.place->camera, edit.place->crop};
        to.lockedJoints = edit.lockedJoints;
        to.pinnedJoints = edit.pinnedJoints;
        to.targets = edit.targets;
    }
    for (const auto& picture : document.boxes) {
        auto& boxes = state.boxes[{picture.source, picture.frame}];
        for (const auto& box : picture.boxes) boxes.push_back({box.id, box.box});
    }
    return state;
}

Take seenFromACamera(Take take) {
    constexpr int kWidth = 1280, kHeight = 720;
    if (take.width > 0 && take.height > 0) return take;
    take.width = kWidth;
    take.height = kHeight;
    take.focalLength = defaultFocalLength(kWidth, kHeight);
    const Track* first = take.tracks.empty() ? nullptr : &take.tracks.front();
    if (!first || first->samples.empty()) return take;
    // Far enough that everybody's way stays before the camera.
    const Eigen::Vector3d start = first->samples.front()->body.translation;
    double nearest = 0;
    for (const Track& track : take.tracks)
        for (const SharedSample& sample : track.samples)
            if (sample) nearest = std::min(nearest, sample->body.translation.z() - start.z());
    const Eigen::Vector3d shift = Eigen::Vector3d(0, 0.1, 4.5 - nearest) - start;
    for (Track& track : take.tracks) {
        for (SharedSample& sample : track.samples) {
            if (!sample) continue;
            auto moved = std::make_shared<MotionSample>(*sample);
            Eigen::Vector3d& place = moved->body.translation;
            place += shift;
            const double pixels = take.focalLength / place.z();
            moved->crop = {pixels * place.head<2>() + Eigen::Vector2d(kWidth, kHeight) / 2, 2.2 * pixels};
            moved->box = {moved->crop.center.x() - 0.5 * pixels, moved->crop.center.y() - pixels, pixels, 2 * pixels};
            sample = std::move(moved);
        }
    }
    take.floor.offset += take.floor.normal.dot(shift);
    return take;
}

}  // namespace hmr
