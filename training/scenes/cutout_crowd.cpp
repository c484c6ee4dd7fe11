// SPDX-License-Identifier: MIT
#include "training/scenes/cutout_crowd.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "training/scenes/degradation.h"
#include "training/scenes/figure_cover.h"

namespace hmr {
namespace {

constexpr double kPersonShare = 0.72;          ///< of a cutout's crop: feet and hands lie beyond the joints
constexpr int kLeastJoints = 13;               ///< of LSP's 14 that a cutout needs
constexpr int kSmallestCrop = 16;              ///< pixels
constexpr double kLadder = 1.4;                ///< from one size of crops to the next; the scale's jitter lies between
constexpr double kLeastVisible = 0.2;          ///< of a person, to be asked for
constexpr double kThinnest = 4;                ///< pixels of a box
constexpr int kTries = 20;                     ///< until a person with enough joints comes

PackedSource sourceOfSize(const std::shared_ptr<const PackedPictures>& people, const CutoutCrowdSettings& settings, int side, double personShare) {
    PackedSourceOptions options;
    options.seed = settings.seed;
    options.size = side;
    options.personShare = personShare;
    options.augmentation = settings.augmentation;
    options.augmentation.scaleJitter = 0.17;
    options.augmentation.translationJitter = 0.02;
    options.augmentation.occlusion = 0, options.augmentation.closeUp = 0;
    return PackedSource(people, options);
}

/// The picture that people are pasted into, and who is seen where.
class Canvas {
public:
    explicit Canvas(int size) : picture(size, size, 3), owners_(static_cast<std::size_t>(size) * size), size_(size) {}

    Picture picture;

    /// A person pasted with the crop's upper left corner there; nobody more than 250.
    void paste(const TrainingSample& crop, const std::vector<float>& cover, int left, int top) {
        areas_.push_back(0);
        for (int y = 0; y < crop.size; ++y)
            for (int x = 0; x < crop.size; ++x) {
                const std::size_t at = static_cast<std::size_t>(y) * crop.size + x;
                const float share = cover[at];
                areas_.back() += share > 0.5f;
                if (share <= 0 || left + x < 0 || left + x >= size_ || top + y < 0 || top + y >= size_) continue;
                std::uint8_t* pixel = picture.at(left + x, top + y);
                for (int c = 0; c < 3; ++c)
                    pixel[c] = static_cast<std::uint8_t>(std::lround((1 - share) * static_cast<float>(pixel[c]) + share * static_cast<float>(crop.pixels[3 * at + c])));
                if (share > 0.5f) owners_[static_cast<std::size_t>(top + y) * size_ + left + x] = static_cast<std::uint8_t>(areas_.size());
            }
    }

    std::vector<std::uint8_t>& owners() { return owners_; }

    /// Boxes of what is seen of each person; those who are hardly seen are left out.
    std::vector<PixelBox> seenBoxes() const {
        std::vector<PixelBox> boxes;
        for (std::size_t person = 0; person < areas_.size(); ++person) {
            std::vector<float> seen(owners_.size());
            double area = 0;
            for (std::size_t i = 0; i < seen.size(); ++i) area += seen[i] = owners_[i] == person + 1;
            const auto box = boxOfCover(seen, size_, size_);
            if (box && area >= kLeastVisible * areas_[person] && box->width >= kThinnest && box->height >= kThinnest) boxes.push_back(*box);
        }
        return boxes;
    }

private:
    std::vector<std::uint8_t> owners_;  ///< number of the foremost person from 1, 0 nobody
    std::vector<double> areas_;         ///< pixels of each person, hidden ones too
    int size_;
};

int drawCount(Random& random) {
    constexpr double kShares[] = {0.3, 0.5, 0.65, 0.75, 0.83, 0.9, 0.95};
    const double kind = random.uniform();
    return 1 + static_cast<int>(std::ranges::count_if(kShares, [&](double share) { return kind >= share; }));
}

}  // namespace

CutoutCrowd::CutoutCrowd(std::shared_ptr<const PackedPictures> people, std::shared_ptr<const BackgroundSet> backgrounds, std::vector<int> choices,
                         CutoutCrowdSettings settings)
    : backgrounds_(std::move(backgrounds)), choices_(std::move(choices)), settings_(settings), behind_(sourceOfSize(people, settings, settings.size, 0.6)) {
    for (double side = kSmallestCrop; side < 1.4 * settings_.size; side *= kLadder) {
        const int pixels = static_cast<int>(std::lround(side));
        cutouts_.emplace_back(pixels, sourceOfSize(people, settings_, pixels, kPersonShare));
    }
}

PackedSource& CutoutCrowd::sourceOf(double side) {
    const auto next = std::ranges::find_if(cutouts_, [&](const auto& source) { return source.first >= side; });
    return next == cutouts_.end() ? cutouts_.back().second : next->second;
}

void CutoutCrowd::draw(Random& random, TrainingSample& sample) {
    const int size = settings_.size;
    Canvas canvas(size);
    TrainingSample crop;
    FigureCut cut;
    // A person whose joints are known, drawn by `source`; nothing when none came.
    const auto drawPerson = [&](PackedSource& source) -> std::optional<std::vector<float>> {
        cut.thickness = random.uniform(0.9, 1.2);
        cut.softness = random.logUniform(0.5, 2.5);
        for (int i = 0; i < kTries; ++i) {
            source.draw(random.next() >> 1, crop);
            if (auto cover = coverOfFigure(pixelKeypoints(crop), crop.size, crop.size, cut, kLeastJoints)) return cover;
        }
        return std::nullopt;
    };
    const bool hasBackgrounds = backgrounds_ && !choices_.empty(), isBeforePeople = !hasBackgrounds || random.chance(0.25);
    if (isBeforePeople) {
        if (const auto cover = drawPerson(behind_)) canvas.paste(crop, *cover, 0, 0);
        canvas.picture.pixels = crop.pixels;
    } else {
        paintPhotograph(*backgrounds_, choices_, random, canvas.picture);
    }
    const double usual = random.logUniform(0.08, 0.9) * size;
    std::vector<double> sides;  // of the boxes; the large ones are in front
    for (int count = drawCount(random), i = 0; i < count; ++i)
        sides.push_back(std::clamp(usual * random.logUniform(0.6, 1.6), 0.07 * size, 1.0 * size));
    std::ranges::sort(sides);
    for (const double side : sides) {
        const auto cover = drawPerson(sourceOf(side / kPersonShare));
        if (!cover) continue;
        const int left = static_cast<int>(random.uniform(-0.05, 1.05) * size) - crop.size / 2;
        const int top = static_cast<int>(random.uniform(0.1, 0.95) * size) - crop.size / 2;
        canvas.paste(crop, *cover, left, top);
        if (random.chance(0.2))
            paintOccluders(backgrounds_.get(), choices_, {left + 0.15 * crop.size, top + 0.15 * crop.size, 0.7 * crop.size, 0.7 * crop.size}, random,
                           canvas.picture, &canvas.owners());
    }
    if (random.chance(0.7)) degrade(random, settings_.degradation, canvas.picture);
    sample = {};
    sample.size = size;
    sample.boxes = canvas.seenBoxes();
    if (isBeforePeople) sample.photographs = {{0, 0, static_cast<double>(size), static_cast<double>(size)}};
    sample.pixels = std::move(canvas.picture.pixels);
}

}  // namespace hmr
