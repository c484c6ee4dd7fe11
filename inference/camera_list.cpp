// SPDX-License-Identifier: MIT
#include <algorithm>
#include <charconv>
#include <fstream>

#include "inference/frame_source.h"

namespace hmr {

std::vector<CameraInfo> listCameras() {
    std::vector<CameraInfo> cameras;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/sys/class/video4linux", error)) {
        const std::string node = entry.path().filename().string();  // video0
        CameraInfo camera{.index = -1, .device = "/dev/" + node, .name = node};
        if (!node.starts_with("video")) continue;
        std::from_chars(node.data() + 5, node.data() + node.size(), camera.index);
        // One camera often has a second node for metadata: the first of them, index 0, gives pictures.
        std::ifstream indexFile(entry.path() / "index");
        int streamIndex = 0;
        if (indexFile >> streamIndex && streamIndex != 0) continue;
        std::ifstream nameFile(entry.path() / "name");
        std::getline(nameFile, camera.name);
        cameras.push_back(camera);
    }
    std::sort(cameras.begin(), cameras.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
    return cameras;
}

}  // namespace hmr
