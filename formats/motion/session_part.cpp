// SPDX-License-Identifier: MIT
#include "formats/motion/session_part.h"

#include <algorithm>
#include <filesystem>

#include "body/error.h"
#include "body/motion/track_editing.h"
#include "formats/motion/animated_figure.h"

namespace hmr {
namespace {

void renameSource(SessionDocument& document, const std::string& before, const std::string& after) {
    const auto rename = [&](std::string& name) {
        if (name == before) name = after;
    };
    for (std::string& opened : document.sources) rename(opened);
    for (SessionDocument::Edit& edit : document.edits) rename(edit.source);
    for (SessionDocument::Boxes& picture : document.boxes) rename(picture.source);
    rename(document.source);
    rename(document.take.source);
}

}  // namespace

Take finishedTake(const SessionDocument& document) {
    std::map<int, ShapeEdit> shapes;
    for (const SessionDocument::Edit& edit : document.edits)
        if (edit.source == document.take.source) shapes[edit.person] = edit.betas;
    return finishedTake(document.take, document.keys, shapes);
}

SessionDocument partOf(SessionDocument document, const std::vector<int>& people, FrameRange range) {
    Take& take = document.take;
    requirePeople(take, people);
    const int firstBefore = take.firstSourceFrame;
    if (range.first > 0 || range.end < take.numFrames) trimTake(take, document.keys, range);
    document.frame = std::clamp(document.frame - (take.firstSourceFrame - firstBefore), 0, std::max(0, take.numFrames - 1));
    if (!people.empty()) {
        const auto isOther = [&](int id) { return std::find(people.begin(), people.end(), id) == people.end(); };
        std::erase_if(take.tracks, [&](const Track& track) { return isOther(track.id); });
        std::erase_if(document.keys, [&](const auto& layer) { return isOther(layer.first); });
        std::erase_if(document.edits, [&](const auto& edit) { return edit.source == take.source && isOther(edit.person); });
        for (SessionDocument::Boxes& picture : document.boxes)
            if (picture.source == take.source) std::erase_if(picture.boxes, [&](const auto& box) { return isOther(box.id); });
    }
    if (take.isEmpty()) throw Error("There is nobody to export in these frames. Choose other people or a longer range.");
    return document;
}

void moveSource(SessionDocument& document, const std::string& source) {
    renameSource(document, document.take.source, source);
    document.take.source = source;
}

void moveSources(SessionDocument& document, const std::string& file, const std::string& place) {
    const std::filesystem::path from = std::filesystem::path(file).parent_path(), to = std::filesystem::path(place).parent_path();
    for (const std::string& source : std::vector<std::string>(document.sources)) {
        const std::filesystem::path old = source;
        std::error_code error;
        const bool lay = source != file && old.parent_path() == from && !std::filesystem::exists(old, error);
        if (lay && std::filesystem::exists(to / old.filename(), error)) renameSource(document, source, (to / old.filename()).string());
    }
    renameSource(document, file, place);
}

}  // namespace hmr
