// SPDX-License-Identifier: MIT
#include <Eigen/Dense>
#include <cmath>

#include "body/construction/macro_space.h"
#include "body/construction/point_regressor.h"
#include "body/construction/random_source.h"
#include "body/construction/shape_space.h"
#include "body_construction/octahedron.h"
#include "support/test_class.h"

using namespace hmr;

/// Random numbers, MakeHuman's factors, least squares and principal components.
class TestLearning : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void randomNumbersHaveTheirMoments() {
        RandomSource random(4);
        const auto moments = [&](auto draw) {
            double sum = 0, squares = 0;
            for (int n = 0; n < 40000; ++n) {
                const double x = draw();
                sum += x;
                squares += x * x;
            }
            return std::pair{sum / 40000, std::sqrt(squares / 40000 - sum * sum / 1.6e9)};
        };
        const auto isNear = [](std::pair<double, double> found, double mean, double deviation) {
            return std::abs(found.first - mean) < 0.03 * deviation && std::abs(found.second / deviation - 1) < 0.03;
        };
        QVERIFY(isNear(moments([&] { return random.uniform(); }), 0.5, std::sqrt(1.0 / 12)));
        QVERIFY(isNear(moments([&] { return random.normal(2, 3); }), 2, 3));
        QVERIFY(isNear(moments([&] { return random.exponential(0.9); }), 0.9, 0.9));
        QVERIFY(isNear(moments([&] { return random.gamma(0.5); }), 0.5, std::sqrt(0.5)));
        QVERIFY(isNear(moments([&] { return random.gamma(3); }), 3, std::sqrt(3)));
        QVERIFY(isNear(moments([&] { return random.beta(1.2, 1.5); }), 1.2 / 2.7,
                       std::sqrt(1.2 * 1.5 / (2.7 * 2.7 * 3.7))));
        QVERIFY(
            isNear(moments([&] { return random.triangular(-1, 0, 2); }), 1.0 / 3, std::sqrt((1 + 0 + 4 + 2) / 18.0)));
        QCOMPARE(RandomSource(9).uniform(), RandomSource(9).uniform());
    }

    void macroFactorsOfAKindSumToOne_data() {
        QTest::addColumn<double>("x");
        for (const double x : {0.0, 0.1, 0.1875, 0.3, 0.5, 0.75, 1.0}) QTest::addRow("%g", x) << x;
    }
    void macroFactorsOfAKindSumToOne() {
        QFETCH(double, x);
        MacroSliders sliders{x, x, x, x, x, x, x, x, {x, 0.2, 0.5}};
        const auto f = macroFactors(sliders);
        const auto sum = [&](std::initializer_list<const char*> words) {
            double total = 0;
            for (const char* word : words) {
                total += f.at(word);
                if (f.at(word) < 0 || f.at(word) > 1) return -1.0;
            }
            return total;
        };
        QCOMPARE(sum({"male", "female"}), 1.0);
        QCOMPARE(sum({"baby", "child", "young", "old"}), 1.0);
        QCOMPARE(sum({"minmuscle", "averagemuscle", "maxmuscle"}), 1.0);
        QCOMPARE(sum({"minweight", "averageweight", "maxweight"}), 1.0);
        QCOMPARE(sum({"mincup", "averagecup", "maxcup"}), 1.0);
        QCOMPARE(sum({"african", "asian", "caucasian"}), 1.0);
    }

    void ageIsYoungAtTheMiddleAndChildAtTen() {
        MacroSliders sliders;
        QCOMPARE(macroFactors(sliders).at("young"), 1.0);
        sliders.age = 0.1875;
        QCOMPARE(macroFactors(sliders).at("child"), 1.0);
    }

    void leastSquaresStayPositive() {
        RandomSource random(2);
        Eigen::MatrixXd a(60, 12);
        Eigen::VectorXd truth(12);
        for (double& x : a.reshaped()) x = random.normal(0, 1);
        for (int k = 0; k < 12; ++k) truth[k] = k % 3 == 0 ? -1 : k;
        const Eigen::VectorXd b = a * truth;
        const Eigen::VectorXd x = nonNegativeLeastSquares(a.transpose() * a, a.transpose() * b);
        QVERIFY(x.minCoeff() >= 0);
        const Eigen::VectorXd gradient = a.transpose() * (a * x - b);  // the conditions of Karush, Kuhn and Tucker
        for (int k = 0; k < 12; ++k) QVERIFY(x[k] > 0 ? std::abs(gradient[k]) < 1e-8 : gradient[k] > -1e-8);
        const Eigen::VectorXd positive = truth.cwiseAbs();
        const Eigen::VectorXd found = nonNegativeLeastSquares(a.transpose() * a, a.transpose() * (a * positive));
        QVERIFY((found - positive).norm() < 1e-8);
    }

    void regressorFindsAMixtureOfVertices() {
        const test::Octahedron sphere(6);
        const Symmetry symmetry(sphere.mirror, sphere.vertices);
        RandomSource random(6);
        const Eigen::Index count = sphere.vertices.rows();
        ExampleBodies bodies(80, 3 * count);
        Points3d targets(80, 3);
        for (int n = 0; n < 80; ++n) {
            for (Eigen::Index i = 0; i < 3 * count; ++i)
                bodies(n, i) =
                    static_cast<float>(sphere.vertices.reshaped<Eigen::RowMajor>()[i] + random.normal(0, 0.05));
            targets.row(n) = (0.25 * bodies.row(n).segment<3>(3) + 0.75 * bodies.row(n).segment<3>(30)).cast<double>();
        }
        const auto candidates = spreadCandidates(sphere.vertices, Eigen::Vector3d::Zero(), 2,
                                                 std::vector<bool>(static_cast<std::size_t>(count), true));
        const RegressorRow row = fitRegressorRow(bodies, targets, candidates, false, symmetry);
        QCOMPARE(row.size(), std::size_t{2});
        QCOMPARE(row[0].first, 1u);
        QCOMPARE(row[1].first, 10u);
        QVERIFY(std::abs(row[0].second - 0.25) < 1e-4 && row[0].second + row[1].second == 1);
        const RegressorRow central = fitRegressorRow(bodies, targets, candidates, true, symmetry);
        double sum = 0;
        for (const auto& [vertex, weight] : central) sum += weight;
        QCOMPARE(sum, 1.0);
        QVERIFY(mirroredRow(central, symmetry) == central);
    }

    void principalComponentsFindThePlaneOfTheBodies() {
        const test::Octahedron sphere(6);
        const Symmetry symmetry(sphere.mirror, sphere.vertices);
        const Triangles triangles = halfTriangles(sphere.skin, symmetry);
        const Points3d half = symmetry.symmetricHalf(sphere.vertices);
        const Eigen::VectorXd flat = Eigen::Map<const Eigen::VectorXd>(half.data(), half.size());
        Eigen::VectorXd taller = Eigen::VectorXd::Zero(flat.size()), thicker = taller;
        for (Eigen::Index h = 0; h < half.rows(); ++h) {
            taller[3 * h + 1] = 0.2 * half(h, 1);
            thicker[3 * h + 2] = 0.05 * half(h, 2);
        }
        RandomSource random(8);
        Population population;
        population.halves.resize(300, flat.size());
        population.statures.resize(300);
        population.bodyMassIndices.resize(300);
        for (int n = 0; n < 300; ++n) {
            population.halves.row(n) =
                (flat + random.normal(0, 1) * taller + random.normal(0, 1) * thicker).cast<float>();
            population.statures[n] = statureOf(population.halves.row(n));
            population.bodyMassIndices[n] = random.normal(25, 3);
            population.sliders.push_back(
                {random.uniform(), random.uniform(), random.uniform(), 0.5, 0.5, 0.5, 0.5, 0.5, {1, 1, 1}});
        }
        const Eigen::VectorXd weights = Eigen::VectorXd::Ones(half.rows());
        const ShapeSpace space = fitShapeSpace(population, weights, triangles, 2);
        QVERIFY(space.explained[0] > 0.9 && space.explained[1] > 0.99999);
        QVERIFY((space.directions.col(0) - taller).norm() < 0.15 * taller.norm());  // within the sampling error
        QVERIFY((space.directions.col(1) - thicker).norm() < 0.25 * thicker.norm());
        QVERIFY(space.correlations(0, 0) > 0.99);
        QVERIFY(reconstructionError(space, 2, population, weights, symmetry).worst < 1e-3);
        QVERIFY(reconstructionError(space, 1, population, weights, symmetry).mean > 1);
    }

    void volumeIsThatOfTheSphere() {
        const test::Octahedron sphere(24);
        const Symmetry symmetry(sphere.mirror, sphere.vertices);
        const Points3d half = symmetry.symmetricHalf(sphere.vertices);
        const Eigen::VectorXf flat = Eigen::Map<const Eigen::VectorXd>(half.data(), half.size()).cast<float>();
        const double volume = symmetricVolume(flat, halfTriangles(sphere.skin, symmetry));
        QVERIFY(volume > 4.15 && volume < 4.1888);  // below 4π/3
        QCOMPARE(statureOf(flat), 2.0);
    }
};

HMR_TEST_CLASS(TestLearning, "test_learning")
#include "test_learning.moc"
