// SPDX-License-Identifier: MIT
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "app/session_state.h"
#include "body/person_estimate.h"

namespace hmr {

/// Gives recovered people the identities that the session knows them by, so that edits stay with the person when boxes are
/// moved, the network runs again, or tracks start anew.
class PersonIds {
public:
    /// The boxes that the coming people come from, with their identities.
    void expect(const std::vector<PersonBox>& boxes);
    /// Everything unknown: another source.
    void forget();
    /// The engine counts its tracks from zero again; who is who goes by the boxes once.
    void restartTracks();
    /// Rewrites the ids of one frame's people.
    void assign(std::vector<PersonEstimate>& people);

private:
    std::map<int, int> idOfTrack_;
    std::vector<PersonBox> last_;
    int next_ = 0;
};

}  // namespace hmr
