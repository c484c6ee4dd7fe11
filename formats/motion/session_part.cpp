// SPDX-License-Identifier: MIT
#include "formats/motion/session_part.h"

#include <algorithm>

#include "body/error.h"
#include "body/motion/track_editing.h"

namespace hmr {

Take finishedTake(const SessionDocument& document) {
    std::map<int, ShapeEdit> shapes;
    for (const SessionDocument::Edit& edit : document.edits)
        if (edit.source == document.take.source) shapes[edit.person] = edit.betas;
    return finishedTake(document.take, document.keys, shapes);
}

SessionDocument partOf(SessionDocument document, const std::vector<int>& people, FrameRange range) {
    Take& take = document.take;
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
    const std::string before = document.take.source;
    const auto move = [&](std::string& name) {
        if (name == before) name = source;
    };
    for (std::string& opened : document.sources) move(opened);
    for (SessionDocument::Edit& edit : document.edits) move(edit.source);
    for (SessionDocument::Boxes& picture : document.boxes) move(picture.source);
    move(document.source);
    document.take.source = source;
}

}  // namespace hmr
