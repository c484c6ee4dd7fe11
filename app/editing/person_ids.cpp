// SPDX-License-Identifier: MIT
#include "app/editing/person_ids.h"

#include <algorithm>
#include <set>

#include "inference/person_detector.h"

namespace hmr {

void PersonIds::expect(const std::vector<PersonBox>& boxes) {
    last_ = boxes;
    idOfTrack_.clear();
    for (const PersonBox& box : boxes) next_ = std::max(next_, box.id + 1);
}

void PersonIds::forget() {
    idOfTrack_.clear();
    last_.clear();
    next_ = 0;
}

void PersonIds::restartTracks() { idOfTrack_.clear(); }

void PersonIds::assign(std::vector<PersonEstimate>& people) {
    struct Pair {
        double overlap;
        std::size_t person;
        int id;
    };
    std::vector<std::optional<int>> ids(people.size());
    std::set<int> taken;
    for (std::size_t i = 0; i < people.size(); ++i) {
        const auto known = idOfTrack_.find(people[i].id);
        if (known != idOfTrack_.end() && taken.insert(known->second).second) ids[i] = known->second;
    }
    std::vector<Pair> pairs;
    for (std::size_t i = 0; i < people.size(); ++i) {
        for (const PersonBox& last : last_) {
            const double overlap = intersectionOverUnion(people[i].box, last.box);
            if (overlap > 0.2) pairs.push_back({overlap, i, last.id});
        }
    }
    std::stable_sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) { return a.overlap > b.overlap; });
    for (const Pair& pair : pairs) {
        if (!ids[pair.person] && taken.insert(pair.id).second) ids[pair.person] = pair.id;
    }
    last_.clear();
    for (std::size_t i = 0; i < people.size(); ++i) {
        const int id = ids[i] ? *ids[i] : next_;
        next_ = std::max(next_, id + 1);
        idOfTrack_[people[i].id] = id;
        people[i].id = id;
        last_.push_back({id, people[i].box});
    }
}

}  // namespace hmr
