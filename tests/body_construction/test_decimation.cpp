// SPDX-License-Identifier: MIT
#include <set>

#include "body/construction/decimation.h"
#include "body/error.h"
#include "body_construction/octahedron.h"
#include "support/test_class.h"

using namespace hmr;

/// The coarser mesh keeps what the finer one is: closed, of one piece, symmetric, textured.
class TestDecimation : public QObject {
    Q_OBJECT

    test::Octahedron sphere_{16};
    Symmetry symmetry_{sphere_.mirror, sphere_.vertices};

    CoarserSkin reduced(int count, const std::vector<bool>& isLocked) const {
        return decimate(sphere_.vertices, sphere_.skin, symmetry_, isLocked,
                        Eigen::VectorXd::Ones(sphere_.vertices.rows()), count);
    }
    std::vector<bool> nothingLocked() const { return std::vector<bool>(sphere_.mirror.size(), false); }

private Q_SLOTS:
    void reachesTheNumberExactly_data() {
        QTest::addColumn<int>("count");
        for (const int count : {900, 501, 500, 301, 300, 120}) QTest::addRow("%d", count) << count;
    }
    void reachesTheNumberExactly() {
        QFETCH(int, count);
        const CoarserSkin coarse = reduced(count, nothingLocked());
        QCOMPARE(static_cast<int>(coarse.kept.size()), count);
        QCOMPARE(coarse.skin.triangles.rows(), Eigen::Index{2 * count - 4});
        std::set<std::pair<std::uint32_t, std::uint32_t>> edges;
        for (const auto& face : coarse.skin.triangles.rowwise())
            for (int k = 0; k < 3; ++k) QVERIFY(edges.emplace(face[k], face[(k + 1) % 3]).second);
        for (const auto& [a, b] : edges) QVERIFY(edges.contains({b, a}));
        double largest = 0;
        for (const auto& face : coarse.skin.triangles.rowwise()) {
            const Eigen::RowVector3d centre =
                (sphere_.vertices.row(coarse.kept[face[0]]) + sphere_.vertices.row(coarse.kept[face[1]]) +
                 sphere_.vertices.row(coarse.kept[face[2]])) /
                3;
            largest = std::max(largest, 1 - centre.norm());
        }
        QVERIFY2(largest < 30.0 / count, qPrintable(QString::number(largest)));
    }

    void staysSymmetric() {
        const CoarserSkin coarse = reduced(320, nothingLocked());
        std::set<std::uint32_t> kept(coarse.kept.begin(), coarse.kept.end());
        for (const std::uint32_t v : coarse.kept) QVERIFY(kept.contains(sphere_.mirror[v]));
        const Eigen::Index half = coarse.skin.triangles.rows() / 2;
        for (Eigen::Index t = 0; t < half; ++t)
            for (int k = 0; k < 3; ++k)
                QCOMPARE(coarse.kept[coarse.skin.triangles(t + half, k == 0 ? 0 : 3 - k)],
                         sphere_.mirror[coarse.kept[coarse.skin.triangles(t, k)]]);
    }

    void keepsTextureSeamsAndLockedVertices() {
        std::vector<bool> isLocked = nothingLocked();
        for (std::size_t v = 0; v < isLocked.size(); v += 50) isLocked[v] = isLocked[sphere_.mirror[v]] = true;
        const CoarserSkin coarse = reduced(300, isLocked);
        const std::set<std::uint32_t> kept(coarse.kept.begin(), coarse.kept.end());
        for (std::uint32_t v = 0; v < isLocked.size(); ++v) QVERIFY(!isLocked[v] || kept.contains(v));
        const auto numVertices = static_cast<std::uint32_t>(sphere_.mirror.size());
        for (Eigen::Index t = 0; t < coarse.skin.triangles.rows(); ++t)
            for (int k = 0; k < 3; ++k) {
                const bool isRight = t >= coarse.skin.triangles.rows() / 2;
                QCOMPARE(coarse.skin.textureTriangles(t, k),
                         coarse.kept[coarse.skin.triangles(t, k)] + (isRight ? numVertices : 0));
            }
    }

    void refusesTheImpossible() {
        QVERIFY_THROWS_EXCEPTION(Error, reduced(100, std::vector<bool>(sphere_.mirror.size(), true)));
    }

    void seesWhatIsOutside() {
        const auto isVisible = visibleFromOutside(sphere_.vertices, sphere_.skin.triangles);
        QCOMPARE(std::count(isVisible.begin(), isVisible.end(), true), static_cast<std::ptrdiff_t>(isVisible.size()));
        // a smaller sphere inside another is hidden
        const Eigen::Index count = sphere_.vertices.rows();
        Points3d both(2 * count, 3);
        both << sphere_.vertices, 0.5 * sphere_.vertices;
        Triangles faces(2 * sphere_.skin.triangles.rows(), 3);
        faces << sphere_.skin.triangles, (sphere_.skin.triangles.array() + static_cast<std::uint32_t>(count)).matrix();
        const auto isSeen = visibleFromOutside(both, faces);
        QCOMPARE(std::count(isSeen.begin() + count, isSeen.end(), true), std::ptrdiff_t{0});
    }

    void areasSumToTheSurface() {
        const double area = vertexAreas(sphere_.vertices, sphere_.skin.triangles).sum();
        QVERIFY(area > 12.4 && area < 12.5664);  // below 4π
    }
};

HMR_TEST_CLASS(TestDecimation, "test_decimation")
#include "test_decimation.moc"
