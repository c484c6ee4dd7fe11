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
        saved = {key.source, key.person, edit.rotations, edit.betas, {}, edit.lockedJoints, edit.pinnedJoints, edit.targets,
                 edit.lockedRotations, edit.silhouettes};
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
        to.lockedRotations = edit.lockedRotations;
        to.silhouettes = edit.silhouettes;
    }
    for (const auto& picture : document.boxes) {
        auto& boxes = state.boxes[{picture.source, picture.frame}];
        for (const auto& box : picture.boxes) boxes.push_back({box.id, box.box});
    }
    return state;
}

}  // namespace hmr
